//! The decision diagram of a group's solutions.

use crate::bits::{Full, Gates as _};
use crate::blast::Blaster;
use crate::diagram::{Diagram, Edge};
use crate::problem::{Group, Problem};
use crate::sample::{Level, Meaning};

/// The most nodes of a diagram, including those that are needed only while it is built.
pub(crate) const BUDGET: usize = 1 << 18;
/// The most levels of a diagram: each takes a level of recursion.
pub(crate) const MOST_LEVELS: usize = 1500;

/// The order of the bits of wide variables.
#[derive(Clone, Copy)]
pub(crate) enum Order {
    LowestFirst,
    HighestFirst,
}

/// The orders in which diagrams are tried.
pub(crate) const ORDERS: [Order; 2] = [Order::LowestFirst, Order::HighestFirst];

impl Problem<'_> {
    /// The function that is 1 for solutions, and the meaning of its levels.
    pub(crate) fn solutions(
        &self,
        group: &Group,
        order: Order,
        diagram: &mut Diagram,
    ) -> Result<(Edge, Vec<Level>), Full> {
        let recording = self.recording;
        let mut variables: Vec<Vec<Edge>> = vec![Vec::new(); recording.variables.len()];
        for &variable in &group.variables {
            let bits = recording.variables[variable as usize].kind.bits as usize;
            variables[variable as usize] = vec![Edge::NO; bits];
        }
        let mut levels: Vec<Level> = Vec::new();
        // For each variable, the levels of the classes of its weights.
        let mut selectors: Vec<Vec<Edge>> = vec![Vec::new(); recording.variables.len()];
        let mut depths: Vec<u32> = group
            .variables
            .iter()
            .map(|&variable| self.depths[variable as usize])
            .collect();
        depths.sort_unstable();
        depths.dedup();
        for (stage, depth) in (0..).step_by(2).zip(depths.into_iter().rev()) {
            let here: Vec<u32> = group
                .variables
                .iter()
                .copied()
                .filter(|&variable| self.depths[variable as usize] == depth)
                .collect();
            for &variable in &here {
                for class in recording.classes_of(variable) {
                    selectors[variable as usize].push(diagram.variable(levels.len() as u32)?);
                    levels.push(Level {
                        meaning: Meaning::Class {
                            weight: class.weight,
                        },
                        stage,
                    });
                }
            }
            for (variable, bit) in self.ordered(&here, order) {
                variables[variable as usize][bit as usize] =
                    diagram.variable(levels.len() as u32)?;
                levels.push(Level {
                    meaning: Meaning::Bit { variable, bit },
                    stage: stage + 1,
                });
            }
        }
        if levels.len() > MOST_LEVELS {
            return Err(Full);
        }

        let mut blaster = Blaster::new(recording, &self.shapes, variables);
        let mut root = Edge::YES;
        for &variable in &group.variables {
            let range = self.ranges[variable as usize];
            let (possible, members) = blaster.possible(diagram, variable, range)?;
            root = diagram.and(root, possible)?;
            for (&selector, member) in selectors[variable as usize].iter().zip(members) {
                let differ = diagram.xor(selector, member)?;
                root = diagram.and(root, diagram.not(differ))?;
            }
        }
        for &index in &group.hard {
            let holds = blaster.holds(diagram, recording.requirements[index].node)?;
            root = diagram.and(root, holds)?;
        }
        // The last one has priority: IEEE 1800-2017, 18.5.14.1.
        for &index in group.soft.iter().rev() {
            let holds = blaster.holds(diagram, recording.requirements[index].node)?;
            let both = diagram.and(root, holds)?;
            if both != Edge::NO {
                root = both;
            }
        }
        Ok((root, levels))
    }

    /// Bits of variables in an order that keeps diagrams of arithmetic small: first those of small variables, on
    /// which much may depend; then those of all others, interleaved.
    fn ordered(&self, variables: &[u32], order: Order) -> Vec<(u32, u32)> {
        let (small, large): (Vec<u32>, Vec<u32>) = variables
            .iter()
            .partition(|&&variable| self.width(variable) <= 4);
        let mut bits = Vec::new();
        for variable in small {
            bits.extend((0..self.width(variable)).rev().map(|bit| (variable, bit)));
        }
        let widest = large
            .iter()
            .map(|&variable| self.width(variable))
            .max()
            .unwrap_or(0);
        for place in 0..widest {
            let bit = match order {
                Order::LowestFirst => place,
                Order::HighestFirst => widest - 1 - place,
            };
            let with_it = large.iter().filter(|&&variable| bit < self.width(variable));
            bits.extend(with_it.map(|&variable| (variable, bit)));
        }
        bits
    }
}
