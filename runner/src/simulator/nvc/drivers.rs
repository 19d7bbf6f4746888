//! What NVC knows of drivers and shows no plugin, from the elaborated design as `nvc --dump` prints it: which signals
//! processes assign, and which the outputs of instances drive.

use std::collections::{BTreeMap, HashSet};

use verifork_protocol::declarations::{Assigned, assigned, marked, unknown};

/// What follows the target of an assignment, and nothing else.
const ASSIGNS: &str = " <= reject ";

/// A block: an instance, a generate, a block of the source.
#[derive(Default)]
struct Block {
    path: String,
    signals: HashSet<String>,
    /// Its ports in the order of their declaration, and whether they lead out.
    ports: Vec<(String, bool)>,
}

#[derive(Default)]
struct Process {
    targets: Vec<String>,
    /// The parameters of procedures that it declares.
    parameters: HashSet<String>,
    /// It waits for good in the end, as a stimulus does that is applied once.
    ends: bool,
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    process: Option<Process>,
    /// The signals by their paths, and whether one driver drives them as a whole.
    driven: BTreeMap<String, bool>,
}

/// A line for each signal that is driven. Paths are in lower case; VHDL does not tell cases apart.
pub(super) fn declarations(dump: &str) -> String {
    let mut reading = Reading::default();
    for line in dump.lines() {
        reading.line(line.trim());
    }
    let lines = reading.driven.into_iter().map(|(path, whole)| {
        let by = Assigned { whole, place: None };
        marked(unknown(&path), [assigned(&by)])
    });
    lines.collect()
}

impl Reading {
    fn line(&mut self, line: &str) {
        if line.ends_with("process is") {
            self.process = Some(Process::default());
        } else if line.starts_with("end process;") {
            if let Some(process) = self.process.take() {
                self.end_process(process);
            }
        } else if let Some(process) = &mut self.process {
            if let Some((target, _)) = line.split_once(ASSIGNS) {
                process.targets.push(target.to_owned());
            } else if line.starts_with("wait;") {
                process.ends = true;
            }
            process.parameters.extend(signals(line).map(|it| it.0));
        } else if let Some(label) = line.strip_suffix(": block is") {
            let label = label.to_lowercase();
            let path = match self.blocks.last() {
                Some(around) => format!("{}.{label}", around.path),
                None => label,
            };
            let ports = Vec::new();
            let signals = HashSet::new();
            self.blocks.push(Block {
                path,
                signals,
                ports,
            });
        } else if line.starts_with("end block;") {
            self.blocks.pop();
        } else if let Some(actuals) = line.strip_prefix("port map (") {
            self.connect(actuals.strip_suffix(");").unwrap_or(actuals));
        } else if let Some(block) = self.blocks.last_mut() {
            for (name, mode) in signals(line) {
                if ["in", "out", "inout", "buffer", "linkage"].contains(&mode) {
                    let leads_out = ["out", "buffer"].contains(&mode);
                    block.ports.push((name.clone(), leads_out));
                }
                block.signals.insert(name);
            }
        }
    }

    fn end_process(&mut self, process: Process) {
        if process.ends {
            return;
        }
        for target in process.targets {
            let (base, _) = split_base(&target);
            if !process.parameters.contains(&base.to_lowercase()) {
                self.add(&target, self.blocks.len());
            }
        }
    }

    /// The outputs of the block that is open drive what they are connected to around it.
    fn connect(&mut self, actuals: &str) {
        let Some((block, around)) = self.blocks.split_last() else {
            return;
        };
        let outputs: Vec<String> = arguments(actuals)
            .zip(&block.ports)
            .filter(|(_, (_, leads_out))| *leads_out)
            .map(|(actual, _)| actual.to_owned())
            .collect();
        let around = around.len();
        for actual in outputs {
            self.add(&actual, around);
        }
    }

    /// Adds what a name drives, in the first so many blocks: a signal, an element of one or a field.
    fn add(&mut self, name: &str, blocks: usize) {
        let (base, rest) = split_base(name);
        let base = base.to_lowercase();
        let mut around = self.blocks[..blocks].iter().rev();
        let Some(block) = around.find(|block| block.signals.contains(&base)) else {
            return;
        };
        let path = format!("{}.{base}", block.path);
        let fields = &rest[..rest.find('(').unwrap_or(rest.len())];
        if !fields.is_empty() {
            let path = format!("{path}{}", fields.to_lowercase());
            *self.driven.entry(path).or_default() |= fields == rest;
        }
        *self.driven.entry(path).or_default() |= rest.is_empty();
    }
}

/// The name at the begin of another, and the fields and indices behind it.
fn split_base(name: &str) -> (&str, &str) {
    let end = match name.strip_prefix('\\') {
        Some(extended) => extended.find('\\').map(|end| end + 2),
        None => name.find(['.', '(']),
    };
    name.split_at(end.unwrap_or(name.len()))
}

/// The signals that a line declares, in lower case, each with the word behind its colon: `signal Q : out STD_LOGIC`.
fn signals(line: &str) -> impl Iterator<Item = (String, &str)> {
    let declared = line.strip_prefix("signal ").into_iter();
    let parameters = line.split("( signal ").skip(1);
    declared.chain(parameters).filter_map(|it| {
        let (name, of) = it.split_once(" : ")?;
        Some((name.to_lowercase(), of.split([' ', '(', ';']).next()?))
    })
}

/// The parts between the commas that are in no parentheses and no quotation marks.
fn arguments(text: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut in_text) = (0_i32, false);
    text.split(move |it| {
        match it {
            '"' => in_text = !in_text,
            '(' if !in_text => depth += 1,
            ')' if !in_text => depth -= 1,
            _ => {}
        }
        it == ',' && depth == 0 && !in_text
    })
    .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_that_processes_assign_repeatedly_or_instances_drive_are_found() {
        let dump = r#"
entity WORK.U.elab is
end entity;

architecture elab of WORK.U.elab is
begin
  U: block is
    port (
      signal CLK : in STD_LOGIC;
      signal Q : buffer STD_LOGIC );
    port map (open, open);
    -- Instance WORK.U
    signal A : STD_LOGIC := '0';
    signal FREE : STD_LOGIC := '0';
    signal BY_LOCAL : STD_LOGIC;
    signal S : STD_LOGIC;
    signal V : STD_LOGIC_VECTOR(3 downto 0);
    signal \Odd.name(\ : STD_LOGIC;
    signal ONCE : STD_LOGIC;
    signal X : REC;
    signal LV : STD_LOGIC_VECTOR(1 downto 0);
    signal LO : STD_LOGIC;

    procedure P ( signal FREE : out STD_LOGIC ) is   -- Never waits
    begin
      FREE <= reject 0 ps inertial '1';
    end procedure;
  begin
    process is
    begin
      ONCE <= reject 0 ps inertial '0', '1' after 10000000 FS;
      wait;   -- static
    end process;

    LAB: process is
      procedure LOCAL (
          signal S : out STD_LOGIC;
          constant X : in STD_LOGIC ) is   -- Never waits
      begin
        BY_LOCAL <= reject 0 ps inertial X;
        S <= reject 0 ps inertial X;
      end procedure;
    begin
      if RISING_EDGE(CLK) then
        A <= reject 1000000 FS inertial "<="(B, FREE) after 1000000 FS;
        V(2 downto 1) <= reject 0 ps inertial "11";
        \Odd.name(\ <= reject 0 ps inertial '1';
        X.F(3) <= reject 0 ps inertial '1';
        X.G <= reject 0 ps inertial '1';
      end if;
      LAB: wait on CLK;   -- static
    end process;

    G(0): block is
      signal A : STD_LOGIC;
    begin
      L: block is
        port (
          signal D : in STD_LOGIC_VECTOR(1 downto 0);
          signal Q : out STD_LOGIC;
          signal R : out STD_LOGIC;
          signal P : inout STD_LOGIC );
        port map ("&"(A, FREE), LV(0), LO, FREE);
      begin
        process is
        begin
          Q <= reject 0 ps inertial D(0);
          A <= reject 0 ps inertial '0';
          wait on D;   -- static
        end process;
      end block;
    end block;
  end block;
end architecture;
"#;
        let declared = declarations(dump);
        let declared: Vec<&str> = declared.lines().collect();
        let expected = [
            ("u.\\odd.name(\\", "whole"),
            ("u.a", "whole"),
            ("u.by_local", "whole"),
            ("u.g(0).a", "whole"),
            ("u.g(0).l.q", "whole"),
            ("u.lo", "whole"),
            ("u.lv", "part"),
            ("u.v", "part"),
            ("u.x", "part"),
            ("u.x.f", "part"),
            ("u.x.g", "whole"),
        ];
        let expected = expected.map(|(path, bits)| format!("{path}\t\t\t\tassigned:{bits}:"));
        assert_eq!(declared, expected);
        assert_eq!(declarations("** Fatal: no such unit\n"), "");
    }
}
