//! Which groups of a type the in-line constraints relate.

use crate::node::{Id, Node, Operator};
use crate::record::Requirement;

/// The conjuncts of in-line constraints, and the groups that they merge. Its memory is reused.
#[derive(Default)]
pub(super) struct Relation {
    /// Each with the leader of the groups that it relates.
    conjuncts: Vec<(Id, u32)>,
    /// The lowest of the merged groups, for each group.
    pub(super) leaders: Vec<u32>,
    /// Whether a conjunct mentions a group, or one that is merged with it.
    pub(super) taken: Vec<bool>,
    stack: Vec<Id>,
    seen: Vec<bool>,
}

impl Relation {
    /// Splits `added` at `&&` and merges the groups that a conjunct relates. `None` if a conjunct is constant, other than
    /// true, or unknown.
    pub(super) fn relate(
        &mut self,
        nodes: &[Node],
        added: &[Requirement],
        group_of: &[u32],
        groups: usize,
    ) -> Option<()> {
        self.conjuncts.clear();
        self.leaders.clear();
        self.leaders.extend(0..groups as u32);
        self.taken.clear();
        self.taken.resize(groups, false);
        self.seen.clear();
        self.seen.resize(nodes.len(), false);
        self.stack.clear();
        let roots = added.iter().rev().map(|requirement| requirement.node);
        self.stack.extend(roots);
        while let Some(id) = self.stack.pop() {
            match nodes[id as usize] {
                Node::Binary(Operator::Both, left, right) => self.stack.extend([right, left]),
                Node::Number(number) if number.small() == Some(1) => {}
                Node::Number(_) | Node::Unknown => return None,
                _ => self.conjuncts.push((id, 0)),
            }
        }
        for index in 0..self.conjuncts.len() {
            let (root, _) = self.conjuncts[index];
            let mut group = None;
            // Operands precede their operations, so each conjunct sees all of its own.
            self.seen[..=root as usize].fill(false);
            self.stack.push(root);
            while let Some(id) = self.stack.pop() {
                if std::mem::replace(&mut self.seen[id as usize], true) {
                    continue;
                }
                if let Node::Variable(variable) = nodes[id as usize] {
                    let own = self.leader(group_of[variable as usize]);
                    let other = group.unwrap_or(own);
                    self.leaders[own.max(other) as usize] = own.min(other);
                    group = Some(own.min(other));
                }
                self.stack.extend(nodes[id as usize].operands());
            }
            self.conjuncts[index].1 = group?;
            self.taken[group? as usize] = true;
        }
        // By now each leader is final, whatever was merged after it was found.
        for group in 0..groups as u32 {
            let leader = self.leader(group);
            self.leaders[group as usize] = leader;
            self.taken[leader as usize] |= self.taken[group as usize];
        }
        for group in 0..groups {
            self.taken[group] = self.taken[self.leaders[group] as usize];
        }
        for (_, leader) in &mut self.conjuncts {
            *leader = self.leaders[*leader as usize];
        }
        Some(())
    }

    /// The conjuncts that relate the groups with this leader.
    pub(super) fn conjuncts_of(&self, leader: u32) -> impl Iterator<Item = Id> {
        let own = self.conjuncts.iter().filter(move |(_, of)| *of == leader);
        own.map(|&(id, _)| id)
    }

    fn leader(&self, mut of: u32) -> u32 {
        while self.leaders[of as usize] != of {
            of = self.leaders[of as usize];
        }
        of
    }
}
