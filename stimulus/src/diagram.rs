//! Reduced ordered binary decision diagrams (Bryant 1986) with complement edges (Brace, Rudell, Bryant 1990). Only
//! edges to the low child and from outside may be complemented, so each function exists once.

use crate::bits::{Full, Gates};

/// A function: the index of a node, and in the lowest bit whether the edge is complemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Edge(u32);

impl Edge {
    pub(crate) const YES: Edge = Edge(0);
    pub(crate) const NO: Edge = Edge(1);

    fn index(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// The unique table: one node for each function.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    fn negate(self) -> Edge {
        Edge(self.0 ^ 1)
    }

    fn negate_if(self, condition: bool) -> Edge {
        Edge(self.0 ^ u32::from(condition))
    }
}

#[derive(Clone, Copy, Debug)]
struct Branch {
    level: u32,
    low: Edge,
    high: Edge,
}

/// The level of constants.
pub(crate) const LEAF: u32 = u32::MAX;

/// A cache of results; a new one replaces the old one with the same hash.
#[derive(Clone, Copy, Debug)]
struct Computed {
    operation: u32,
    left: Edge,
    right: Edge,
    result: Edge,
}

const NOTHING: Computed = Computed {
    operation: 0,
    left: Edge::YES,
    right: Edge::YES,
    result: Edge::YES,
};

/// The number of entries in the tables of a small diagram.
const SMALL: usize = 1 << 8;

const AND: u32 = 1;
const XOR: u32 = 2;

/// Builds functions, within a budget of nodes and steps.
#[derive(Debug)]
pub(crate) struct Diagram {
    nodes: Vec<Branch>,
    /// A hash table with open addressing; 0 is free.
    table: Vec<u32>,
    computed: Vec<Computed>,
    budget: usize,
    steps: usize,
}

impl Diagram {
    pub(crate) fn new(budget: usize) -> Diagram {
        Diagram::with_tables(budget, 1 << 10, 1 << 12)
    }

    /// A diagram that is cheap to create and to empty.
    pub(crate) fn small(budget: usize) -> Diagram {
        Diagram::with_tables(budget, SMALL, SMALL)
    }

    fn with_tables(budget: usize, table: usize, computed: usize) -> Diagram {
        let leaf = Branch {
            level: LEAF,
            low: Edge::YES,
            high: Edge::YES,
        };
        Diagram {
            nodes: vec![leaf],
            table: vec![0; table],
            computed: vec![NOTHING; computed],
            budget,
            steps: budget.saturating_mul(16),
        }
    }

    /// Restores the state after [`small`](Self::small).
    pub(crate) fn empty(&mut self) {
        self.nodes.truncate(1);
        self.table.truncate(SMALL);
        self.table.fill(0);
        self.computed.truncate(SMALL);
        self.computed.fill(NOTHING);
        self.steps = self.budget.saturating_mul(16);
    }

    /// The variable of this level, as a function.
    pub(crate) fn variable(&mut self, level: u32) -> Result<Edge, Full> {
        self.node(level, Edge::NO, Edge::YES)
    }

    pub(crate) fn level(&self, edge: Edge) -> u32 {
        self.nodes[edge.index()].level
    }

    /// The cofactors: the function if the variable of its level is 0, and if it is 1.
    pub(crate) fn children(&self, edge: Edge) -> (Edge, Edge) {
        let node = self.nodes[edge.index()];
        let negated = edge.is_negated();
        (node.low.negate_if(negated), node.high.negate_if(negated))
    }

    /// The function that is `high` if the variable of the level is 1, else `low`. Both depend only on later levels.
    pub(crate) fn node(&mut self, level: u32, low: Edge, high: Edge) -> Result<Edge, Full> {
        if low == high {
            return Ok(low);
        }
        let negated = high.is_negated();
        let (low, high) = (low.negate_if(negated), high.negate_if(negated));
        let mask = self.table.len() - 1;
        let mut place = mix(level, low.0, high.0) & mask;
        loop {
            let index = self.table[place];
            if index == 0 {
                break;
            }
            let found = self.nodes[index as usize];
            if (found.level, found.low, found.high) == (level, low, high) {
                return Ok(Edge(index << 1).negate_if(negated));
            }
            place = (place + 1) & mask;
        }
        if self.nodes.len() >= self.budget {
            return Err(Full);
        }
        let index = u32::try_from(self.nodes.len()).map_err(|_| Full)?;
        self.nodes.push(Branch { level, low, high });
        self.table[place] = index;
        if self.nodes.len() * 2 > self.table.len() {
            self.grow();
        }
        Ok(Edge(index << 1).negate_if(negated))
    }

    fn grow(&mut self) {
        let size = self.table.len() * 2;
        self.table.clear();
        self.table.resize(size, 0);
        for (index, node) in self.nodes.iter().enumerate().skip(1) {
            let mut place = mix(node.level, node.low.0, node.high.0) & (size - 1);
            while self.table[place] != 0 {
                place = (place + 1) & (size - 1);
            }
            self.table[place] = u32::try_from(index).expect("a node has an index");
        }
        if self.computed.len() < size / 2 {
            self.computed.clear();
            self.computed.resize(size / 2, NOTHING);
        }
    }

    fn apply(&mut self, operation: u32, left: Edge, right: Edge) -> Result<Edge, Full> {
        let (mut left, mut right) = (left, right);
        let mut negated = false;
        if operation == AND {
            if left == Edge::NO || right == Edge::NO || left == right.negate() {
                return Ok(Edge::NO);
            }
            if left == Edge::YES || left == right {
                return Ok(right);
            }
            if right == Edge::YES {
                return Ok(left);
            }
        } else {
            negated = left.is_negated() ^ right.is_negated();
            left = left.negate_if(left.is_negated());
            right = right.negate_if(right.is_negated());
            if left == right {
                return Ok(Edge::NO.negate_if(negated));
            }
            if left == Edge::YES {
                return Ok(right.negate().negate_if(negated));
            }
            if right == Edge::YES {
                return Ok(left.negate().negate_if(negated));
            }
        }
        if left.0 > right.0 {
            std::mem::swap(&mut left, &mut right);
        }
        let place = mix(operation, left.0, right.0) & (self.computed.len() - 1);
        let known = self.computed[place];
        if (known.operation, known.left, known.right) == (operation, left, right) {
            return Ok(known.result.negate_if(negated));
        }
        // Steps are counted too, because results may have left the cache. Time is not, because it differs between
        // machines.
        self.steps = self.steps.checked_sub(1).ok_or(Full)?;
        let level = self.level(left).min(self.level(right));
        let (left_low, left_high) = self.below(left, level);
        let (right_low, right_high) = self.below(right, level);
        let low = self.apply(operation, left_low, right_low)?;
        let high = self.apply(operation, left_high, right_high)?;
        let result = self.node(level, low, high)?;
        // The table may have grown.
        let place = mix(operation, left.0, right.0) & (self.computed.len() - 1);
        self.computed[place] = Computed {
            operation,
            left,
            right,
            result,
        };
        Ok(result.negate_if(negated))
    }

    fn below(&self, edge: Edge, level: u32) -> (Edge, Edge) {
        if self.level(edge) == level {
            self.children(edge)
        } else {
            (edge, edge)
        }
    }
}

fn mix(first: u32, second: u32, third: u32) -> usize {
    let mut hash = (u64::from(second) << 32) | u64::from(third);
    hash ^= u64::from(first).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    (hash ^ (hash >> 32)) as usize
}

impl Gates for Diagram {
    type Bit = Edge;

    fn constant(&self, value: bool) -> Edge {
        Edge::NO.negate_if(value)
    }

    fn not(&self, bit: Edge) -> Edge {
        bit.negate()
    }

    fn and(&mut self, left: Edge, right: Edge) -> Result<Edge, Full> {
        self.apply(AND, left, right)
    }

    fn xor(&mut self, left: Edge, right: Edge) -> Result<Edge, Full> {
        self.apply(XOR, left, right)
    }
}
