//! The simulators that are known by name.

use crate::variables::Variable;

/// A simulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(clippy::exhaustive_enums, reason = "whoever knows them knows all")]
pub enum Simulator {
    /// Icarus Verilog.
    Icarus,
    /// Verilator.
    Verilator,
    /// GHDL.
    Ghdl,
    /// NVC.
    Nvc,
}

impl Simulator {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Simulator; 4] = [
        Simulator::Icarus,
        Simulator::Verilator,
        Simulator::Ghdl,
        Simulator::Nvc,
    ];

    /// As settings and the names of tests have it.
    pub const fn key(self) -> &'static str {
        match self {
            Simulator::Icarus => "icarus",
            Simulator::Verilator => "verilator",
            Simulator::Ghdl => "ghdl",
            Simulator::Nvc => "nvc",
        }
    }

    /// As people call it.
    pub const fn product(self) -> &'static str {
        match self {
            Simulator::Icarus => "Icarus Verilog",
            Simulator::Verilator => "Verilator",
            Simulator::Ghdl => "GHDL",
            Simulator::Nvc => "NVC",
        }
    }

    /// The setting that says where it is.
    pub const fn place(self) -> Variable {
        match self {
            Simulator::Icarus => Variable::Icarus,
            Simulator::Verilator => Variable::Verilator,
            Simulator::Ghdl => Variable::Ghdl,
            Simulator::Nvc => Variable::Nvc,
        }
    }

    /// The simulator with this name of its own: `Icarus Verilog`, `GHDL`, `Verilator`, `nvc`.
    ///
    /// ```
    /// use verifork_protocol::simulators::Simulator;
    ///
    /// assert_eq!(Simulator::from_product("Icarus Verilog"), Some(Simulator::Icarus));
    /// assert_eq!(Simulator::from_product("another"), None);
    /// ```
    pub fn from_product(product: &str) -> Option<Simulator> {
        let product = product.to_ascii_lowercase();
        let mut all = Simulator::ALL.into_iter();
        all.find(|it| product.contains(it.key()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulator_is_found_by_its_name() {
        for simulator in Simulator::ALL {
            assert_eq!(
                Simulator::from_product(simulator.product()),
                Some(simulator)
            );
            let place = simulator.place().name();
            assert!(place.ends_with(&simulator.key().to_uppercase()), "{place}");
        }
        assert_eq!(Simulator::from_product("vsim"), None);
    }
}
