//! Variables and constraints as they are written down: a recording of each thread, which the operators of
//! [`Expr`](crate::Expr) append to.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use crate::draw::{self, SplitMix64};
use crate::node::{self, Id, Node, Operator};
use crate::value::{Kind, Number};

/// Where something was written, and what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub struct Source {
    pub text: &'static str,
    pub file: &'static str,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variable {
    pub(crate) kind: Kind,
    /// What `as` makes of each value, where that is not the value itself.
    pub(crate) discriminants: &'static [i128],
    /// The values that it may have: those of its range.
    pub(crate) low: Number,
    pub(crate) high: Number,
    /// The weights of its values: a range of the recording's `classes`; empty if it has none.
    pub(crate) classes: (u32, u32),
    /// What its range or weights were given by.
    pub(crate) source: Option<Source>,
    pub(crate) scope: u32,
}

/// The name of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Field(&'static str),
    Index(u32),
}

/// Values of one weight; those of earlier classes of the same variable are not meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Class {
    pub(crate) low: Number,
    pub(crate) high: Number,
    pub(crate) weight: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Requirement {
    pub(crate) node: Id,
    pub(crate) soft: bool,
    pub(crate) source: Source,
    pub(crate) scope: u32,
}

/// All that is known of what shall be drawn.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) nodes: Vec<Node>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) classes: Vec<Class>,
    /// Variables that are drawn before others.
    pub(crate) orders: Vec<(Range<u32>, Range<u32>)>,
    /// What encloses what, by index and name; the outermost has no entry, and is number 0.
    scopes: Vec<(u32, Name)>,
    scope: u32,
    /// Conditions under which what is recorded now counts at all.
    guards: Vec<Id>,
    lengths: Lengths,
    /// The variables on which it depends what other variables there are: the lengths of lists, and which
    /// variant an enum is.
    pub(crate) sought: Vec<u32>,
    /// How many lists enclose what is recorded now.
    depth: u32,
}

/// How much is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) requirements: usize,
}

/// How long lists are while a recording is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Lengths {
    /// As long as a variable says that is being looked for; what depends on elements is left out.
    #[default]
    Sought,
    /// As long as found, in the order of the lists; those inside of elements are drawn. The variants that were
    /// found with them are among them.
    Found {
        lengths: Vec<u32>,
        next: usize,
        stream: SplitMix64,
    },
}

impl Clone for Recording {
    fn clone(&self) -> Self {
        let mut clone = Recording::default();
        clone.clone_from(self);
        clone
    }

    /// Reuses what memory there is.
    fn clone_from(&mut self, other: &Self) {
        let Recording {
            nodes,
            variables,
            requirements,
            classes,
            orders,
            scopes,
            scope,
            guards,
            lengths,
            sought,
            depth,
        } = other;
        self.nodes.clone_from(nodes);
        self.variables.clone_from(variables);
        self.requirements.clone_from(requirements);
        self.classes.clone_from(classes);
        self.orders.clone_from(orders);
        self.scopes.clone_from(scopes);
        self.scope = *scope;
        self.guards.clone_from(guards);
        self.lengths.clone_from(lengths);
        self.sought.clone_from(sought);
        self.depth = *depth;
    }
}

impl Recording {
    pub(crate) fn with_lengths(lengths: Vec<u32>, seed: u64) -> Recording {
        Recording {
            lengths: Lengths::Found {
                lengths,
                next: 0,
                stream: SplitMix64(seed),
            },
            ..Recording::default()
        }
    }

    pub(crate) fn size(&self) -> Size {
        Size {
            nodes: self.nodes.len(),
            requirements: self.requirements.len(),
        }
    }

    /// Hashes what the solutions depend on, except for what stands before `common`.
    pub(crate) fn hash_from<H: Hasher>(&self, common: Size, hasher: &mut H) {
        self.nodes[common.nodes..].hash(hasher);
        for requirement in &self.requirements[common.requirements..] {
            (requirement.node, requirement.soft, requirement.source.line).hash(hasher);
        }
        if common.nodes == 0 {
            self.variables.hash(hasher);
            self.classes.hash(hasher);
        }
    }

    /// Whether both have the same variables and constraints, if what stands before `common` is the same.
    pub(crate) fn is_same_from(&self, other: &Recording, common: Size) -> bool {
        self.size() == other.size()
            && self.nodes[common.nodes..] == other.nodes[common.nodes..]
            && self.requirements[common.requirements..] == other.requirements[common.requirements..]
            && (common.nodes > 0
                || (self.variables == other.variables
                    && self.classes == other.classes
                    && self.orders == other.orders))
    }

    /// The weights of a variable; none if it has none.
    pub(crate) fn classes_of(&self, variable: u32) -> &[Class] {
        let (start, end) = self.variables[variable as usize].classes;
        &self.classes[start as usize..end as usize]
    }

    pub(crate) fn push(&mut self, node: Node) -> Id {
        let unknown = node
            .operands()
            .any(|operand| self.nodes[operand as usize] == Node::Unknown);
        let node = match node::constant(&self.nodes, node) {
            Some(value) => Node::Number(value),
            None if unknown => Node::Unknown,
            None => node,
        };
        self.nodes.push(node);
        Id::try_from(self.nodes.len() - 1).expect("fewer than 2^32 nodes")
    }

    pub(crate) fn variable(&mut self, variable: Variable) -> Id {
        let index = self.count();
        self.variables.push(variable);
        self.push(Node::Variable(index))
    }

    pub(crate) fn count(&self) -> u32 {
        u32::try_from(self.variables.len()).expect("fewer than 2^32 variables")
    }

    pub(crate) fn require(&mut self, node: Id, soft: bool, source: Source) {
        let node = (0..self.guards.len()).rev().fold(node, |node, index| {
            let inactive = self.push(Node::Not(self.guards[index]));
            self.push(Node::Binary(Operator::Either, inactive, node))
        });
        self.requirements.push(Requirement {
            node,
            soft,
            source,
            scope: self.scope,
        });
    }

    /// Goes into a field or an element, and returns where it was.
    pub(crate) fn enter(&mut self, name: Name) -> u32 {
        let outer = self.scope;
        self.scopes.push((outer, name));
        self.scope = u32::try_from(self.scopes.len()).expect("fewer than 2^32 scopes");
        outer
    }

    pub(crate) fn leave(&mut self, outer: u32) {
        self.scope = outer;
    }

    pub(crate) fn scope(&self) -> u32 {
        self.scope
    }

    pub(crate) fn guard(&mut self, condition: Id) {
        self.guards.push(condition);
    }

    pub(crate) fn unguard(&mut self) {
        self.guards.pop();
    }

    /// Which variant the next enum is, if that has been found already.
    pub(crate) fn next_variant(&mut self) -> Option<u32> {
        match &mut self.lengths {
            Lengths::Found { lengths, next, .. } if self.depth == 0 => {
                *next += 1;
                lengths.get(*next - 1).copied()
            }
            _ => None,
        }
    }

    /// Notes a variable that says which variant an enum is.
    pub(crate) fn note_variant(&mut self, variable: u32) {
        if self.depth == 0 && self.lengths == Lengths::Sought {
            self.sought.push(variable);
        }
    }

    /// Which variables come before one, whatever else is said.
    pub(crate) fn before(&self, variable: u32) -> Vec<u32> {
        let mut earlier = vec![variable];
        let mut next = 0;
        while let Some(&then) = earlier.get(next) {
            next += 1;
            for (first, behind) in &self.orders {
                if behind.contains(&then) {
                    let new: Vec<u32> = first
                        .clone()
                        .filter(|index| !earlier.contains(index))
                        .collect();
                    earlier.extend(new);
                }
            }
        }
        earlier
    }

    /// How long the next list is, if that is known.
    pub(crate) fn next_length(&mut self, low: u32, high: u32) -> Option<u32> {
        match &mut self.lengths {
            Lengths::Sought => None,
            Lengths::Found {
                lengths,
                next,
                stream,
            } => {
                // Of a list inside of elements nothing has been found.
                if self.depth == 0
                    && let Some(&length) = lengths.get(*next)
                {
                    *next += 1;
                    return Some(length);
                }
                let count = u128::from(high - low) + 1;
                Some(low + draw::below(stream, count) as u32)
            }
        }
    }

    /// `header.length`, `items[2]`: empty for the whole.
    pub(crate) fn path(&self, scope: u32) -> String {
        let mut names = Vec::new();
        let mut scope = scope;
        while let Some((outer, name)) = scope
            .checked_sub(1)
            .and_then(|index| self.scopes.get(index as usize))
        {
            names.push(*name);
            scope = *outer;
        }
        let mut path = String::new();
        for name in names.iter().rev() {
            name.append(&mut path);
        }
        path
    }

    /// While elements of a list are recorded.
    pub(crate) fn enter_elements(&mut self) {
        self.depth += 1;
    }

    pub(crate) fn leave_elements(&mut self) {
        self.depth -= 1;
    }
}

impl Name {
    fn append(self, path: &mut String) {
        match self {
            Name::Field(name) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(name);
            }
            Name::Index(index) => {
                path.push('[');
                path.push_str(&index.to_string());
                path.push(']');
            }
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Recording> = RefCell::default();
}

/// Gives access to what this thread records.
pub(crate) fn with<R>(action: impl FnOnce(&mut Recording) -> R) -> R {
    CURRENT.with_borrow_mut(action)
}

/// Runs `action`, which records into `recording`. What was being recorded goes on afterwards, even after a
/// panic.
pub(crate) fn record<R>(recording: &mut Recording, action: impl FnOnce() -> R) -> R {
    struct Restore<'a>(&'a mut Recording);
    impl Drop for Restore<'_> {
        fn drop(&mut self) {
            with(|current| std::mem::swap(current, self.0));
        }
    }
    with(|current| std::mem::swap(current, recording));
    let _restore = Restore(recording);
    action()
}
