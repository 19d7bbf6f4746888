//! Records variables and constraints: each thread has a recording, to which the operators of [`Expr`](crate::Expr)
//! append nodes.

use std::cell::RefCell;
use std::hash::{Hash, Hasher};
use std::ops::Range;

use crate::draw::{self, SplitMix64};
use crate::node::{self, Id, Node, Operator};
use crate::value::{Encoding, Number};

/// The text of something in the source, and its location.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[doc(hidden)]
pub struct Source {
    pub text: &'static str,
    pub file: &'static str,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variable {
    pub(crate) kind: Encoding,
    /// For an enum, the discriminant of each value; else empty.
    pub(crate) discriminants: &'static [i128],
    /// Its range.
    pub(crate) low: Number,
    pub(crate) high: Number,
    /// Its weights, as a range of the recording's `classes`; empty if it has none.
    pub(crate) classes: (u32, u32),
    /// The attribute that gave its range or weights.
    pub(crate) source: Option<Source>,
    pub(crate) scope: u32,
}

/// The name of a field, or the index of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Name {
    Field(&'static str),
    Index(u32),
}

/// Values with one weight, without those of earlier classes of the same variable.
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

/// The variables and constraints of a type.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) nodes: Vec<Node>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) classes: Vec<Class>,
    /// Ranges of variables that are drawn before others: `before`.
    pub(crate) orders: Vec<(Range<u32>, Range<u32>)>,
    /// For each scope, the enclosing scope and the name in it. The outermost is number 0, and has no entry.
    scopes: Vec<(u32, Name)>,
    scope: u32,
    /// The conditions under which current constraints apply.
    guards: Vec<Id>,
    lengths: Lengths,
    /// The variables that decide which other variables exist: the lengths of lists, and the variants of enums.
    pub(crate) sought: Vec<u32>,
    /// The number of lists around the current scope.
    depth: u32,
}

/// The size of a recording.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) nodes: usize,
    pub(crate) requirements: usize,
}

/// The lengths of lists while a recording is made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Lengths {
    /// The lengths are variables, to be drawn. Constraints on elements are left out.
    #[default]
    Sought,
    /// The lengths and variants that were drawn, in the order of the lists and enums. Those of lists inside
    /// elements are drawn when they are recorded.
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

    /// Reuses the memory of `self`.
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

    /// The weights of a variable; empty if it has none.
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

    /// Enters the scope of a field or an element, and returns the outer one.
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

    /// The variant of the next enum, if it has been drawn.
    pub(crate) fn next_variant(&mut self) -> Option<u32> {
        match &mut self.lengths {
            Lengths::Found { lengths, next, .. } if self.depth == 0 => {
                *next += 1;
                lengths.get(*next - 1).copied()
            }
            _ => None,
        }
    }

    /// Notes that a variable says which variant an enum is.
    pub(crate) fn note_variant(&mut self, variable: u32) {
        if self.depth == 0 && self.lengths == Lengths::Sought {
            self.sought.push(variable);
        }
    }

    /// The variables that are drawn before one, directly or indirectly, and the variable itself.
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

    /// The length of the next list, if it is known.
    pub(crate) fn next_length(&mut self, low: u32, high: u32) -> Option<u32> {
        match &mut self.lengths {
            Lengths::Sought => None,
            Lengths::Found {
                lengths,
                next,
                stream,
            } => {
                // The length of a list inside an element has not been drawn.
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

    /// The path of a scope, such as `header.length` or `items[2]`; empty for the outermost.
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

    /// Begins the elements of a list.
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

/// Accesses the current recording of this thread.
pub(crate) fn with<R>(action: impl FnOnce(&mut Recording) -> R) -> R {
    CURRENT.with_borrow_mut(action)
}

/// Runs `action`, which records into `recording`. Afterwards, even after a panic, the previous recording continues.
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
