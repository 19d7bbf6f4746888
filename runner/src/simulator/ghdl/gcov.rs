//! Reads the counts of GCC's instrumentation. The compiler writes notes (`.gcno`) for each file of the design, with
//! the flow graph of each subprogram. A run writes counts (`.gcda`) of some of the edges. All others follow, since
//! what enters a block leaves it.
//!
//! `gcov` reads these too, but is not used. Code that GHDL generates without a statement in the source, such as the
//! start of a process, has the line of the statement before it. gcov counts that line, although it may never have
//! run.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// The first one in which lengths are of bytes.
const FIRST: u32 = 12;

const FUNCTION: u32 = 0x0100_0000;
const BLOCKS: u32 = 0x0141_0000;
const ARCS: u32 = 0x0143_0000;
const LINES: u32 = 0x0145_0000;
const COUNTS: u32 = 0x01a1_0000;

/// Marks an edge that is not counted because it follows from others.
const ON_TREE: u32 = 1;
/// The block in which a subprogram is left.
const EXIT: usize = 1;
/// So many blocks are not a subprogram but a damaged file.
const MOST_BLOCKS: usize = 1 << 20;

/// How often lines have run, by their files.
pub(super) type Lines = BTreeMap<String, BTreeMap<u32, u64>>;

/// The flow graphs of one file's subprograms.
#[derive(Debug)]
pub(super) struct Notes {
    /// The folder in which it was compiled, and in which it would leave its counts.
    pub(super) folder: PathBuf,
    stamp: u32,
    functions: Vec<Function>,
}

#[derive(Debug, Default)]
struct Function {
    ident: u32,
    name: String,
    blocks: usize,
    arcs: Vec<Arc>,
    /// Files and lines of blocks.
    lines: Vec<(usize, String, u32)>,
}

#[derive(Debug)]
struct Arc {
    from: usize,
    to: usize,
    is_counted: bool,
}

/// The error in a file.
type Malformed = String;

impl Notes {
    pub(super) fn parse(bytes: &[u8]) -> Result<Notes, Malformed> {
        let mut rest = Reader(bytes);
        let stamp = rest.header(*b"oncg")?;
        let folder = PathBuf::from(rest.string()?);
        rest.word()?; // whether blocks that never run are told apart
        let mut functions: Vec<Function> = Vec::new();
        while let Some((tag, mut record)) = rest.record()? {
            match (tag, functions.last_mut()) {
                (FUNCTION, _) => functions.push(Function::parse(&mut record)?),
                (BLOCKS, Some(function)) => {
                    function.blocks = record.word()? as usize;
                    if function.blocks > MOST_BLOCKS {
                        return Err(format!("`{}` has too many blocks", function.name));
                    }
                }
                (ARCS, Some(function)) => function.add_arcs(&mut record)?,
                (LINES, Some(function)) => function.add_lines(&mut record)?,
                _ => {}
            }
        }
        Ok(Notes {
            folder,
            stamp,
            functions,
        })
    }

    /// Adds how often each line has run by these counts; of subprograms that share one, the most.
    pub(super) fn add_counted(&self, counts: &[u8], lines: &mut Lines) -> Result<(), Malformed> {
        let counts = self.read_counts(counts)?;
        for function in &self.functions {
            if function.only_elaborates() {
                continue;
            }
            let counted = counts.get(&function.ident).map_or(&[][..], Vec::as_slice);
            let blocks = function.counts_of_blocks(counted)?;
            for ((file, line), block) in function.own_lines() {
                let count = blocks.get(block).copied().unwrap_or_default();
                let of_file = lines.entry(file.to_owned()).or_default();
                let most = of_file.entry(line).or_default();
                *most = u64::max(*most, count);
            }
        }
        Ok(())
    }

    /// The counts, by subprogram.
    fn read_counts(&self, bytes: &[u8]) -> Result<BTreeMap<u32, Vec<u64>>, Malformed> {
        let mut rest = Reader(bytes);
        if rest.header(*b"adcg")? != self.stamp {
            return Err("the counts are of another compilation".to_owned());
        }
        let mut counts = BTreeMap::new();
        let mut ident = None;
        while let Some((tag, mut record)) = rest.record()? {
            match (tag, ident) {
                (FUNCTION, _) if record.0.is_empty() => ident = None,
                (FUNCTION, _) => ident = Some(record.word()?),
                (COUNTS, Some(ident)) => {
                    let mut own = Vec::with_capacity(record.0.len() / 8);
                    while !record.0.is_empty() {
                        let low = u64::from(record.word()?);
                        own.push(u64::from(record.word()?) << 32 | low);
                    }
                    counts.insert(ident, own);
                }
                _ => {}
            }
        }
        Ok(counts)
    }
}

impl Function {
    fn parse(record: &mut Reader<'_>) -> Result<Function, Malformed> {
        let ident = record.word()?;
        record.word()?;
        record.word()?;
        Ok(Function {
            ident,
            name: record.string()?,
            ..Function::default()
        })
    }

    fn add_arcs(&mut self, record: &mut Reader<'_>) -> Result<(), Malformed> {
        let from = record.word()? as usize;
        while !record.0.is_empty() {
            let (to, flags) = (record.word()? as usize, record.word()?);
            if from.max(to) >= self.blocks {
                return Err(format!("`{}` has no block {}", self.name, from.max(to)));
            }
            self.arcs.push(Arc {
                from,
                to,
                is_counted: flags & ON_TREE == 0,
            });
        }
        Ok(())
    }

    fn add_lines(&mut self, record: &mut Reader<'_>) -> Result<(), Malformed> {
        let block = record.word()? as usize;
        let mut file = String::new();
        while !record.0.is_empty() {
            match record.word()? {
                0 => {
                    file = record.string()?;
                    if file.is_empty() {
                        break;
                    }
                }
                line => self.lines.push((block, file.clone(), line)),
            }
        }
        Ok(())
    }

    /// The block in which each line begins. What GHDL makes without a statement bears the line of the statement before it:
    /// at the beginning, that in which another subprogram has ended; behind an `if`, the last one of its branches. So what
    /// the beginning bears is left out, and later blocks of a line do not count.
    fn own_lines(&self) -> BTreeMap<(&str, u32), usize> {
        let line = |of: &'_ (usize, String, u32)| (of.1.clone(), of.2);
        let first = self.lines.first().map(line);
        let own = self.lines.iter().skip_while(|it| Some(line(it)) == first);
        let mut blocks = BTreeMap::new();
        for (block, file, line) in own {
            blocks.entry((&**file, *line)).or_insert(*block);
        }
        blocks
    }

    /// Whether it is not code of a user's: it makes signals and processes before time 0. Names of the user's have
    /// small letters here.
    fn only_elaborates(&self) -> bool {
        let last = self.name.rsplit("__").next().unwrap_or_default();
        last.contains("ELAB")
    }

    /// How often each block has run.
    fn counts_of_blocks(&self, counted: &[u64]) -> Result<Vec<u64>, Malformed> {
        let known = self.arcs.iter().filter(|arc| arc.is_counted).count();
        // Nothing is written of what has not run at all.
        if counted.is_empty() {
            return Ok(vec![0; self.blocks]);
        }
        if counted.len() != known {
            return Err(format!(
                "the counts of `{}` are of another graph",
                self.name
            ));
        }
        let mut counted = counted.iter();
        let mut arcs: Vec<Option<i128>> = Vec::with_capacity(self.arcs.len());
        for arc in &self.arcs {
            let count = arc.is_counted.then(|| counted.next()).flatten();
            arcs.push(count.map(|&count| count.into()));
        }
        let mut ends = [vec![Vec::new(); self.blocks], vec![Vec::new(); self.blocks]];
        for (number, arc) in self.arcs.iter().enumerate() {
            ends[0][arc.from].push(number);
            ends[1][arc.to].push(number);
        }
        let mut blocks: Vec<Option<i128>> = vec![None; self.blocks];
        let mut pending: Vec<usize> = (0..self.blocks).collect();
        while let Some(block) = pending.pop() {
            // Nothing leaves the last one, and nothing enters the first.
            let sides = [
                (&ends[0][block], block != EXIT),
                (&ends[1][block], block != 0),
            ];
            for (side, counts) in sides {
                let sum = side
                    .iter()
                    .map(|&number| arcs[number])
                    .sum::<Option<i128>>();
                if counts && blocks[block].is_none() {
                    blocks[block] = sum;
                }
            }
            let Some(count) = blocks[block] else { continue };
            for (side, counts) in sides {
                let mut unknown = side.iter().filter(|&&number| arcs[number].is_none());
                if let (true, Some(&one), None) = (counts, unknown.next(), unknown.next()) {
                    let others: i128 = side.iter().filter_map(|&number| arcs[number]).sum();
                    arcs[one] = Some(count - others);
                    pending.extend([self.arcs[one].from, self.arcs[one].to]);
                }
            }
        }
        // Fewer than none left where the simulation ended within.
        let count = |block: Option<i128>| u64::try_from(block.unwrap_or_default()).unwrap_or(0);
        Ok(blocks.into_iter().map(count).collect())
    }
}

/// The rest of a file.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or("it was cut short")?;
        self.0 = rest;
        Ok(taken)
    }

    fn word(&mut self) -> Result<u32, Malformed> {
        let bytes = self.bytes(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// Its length has the zero at its end in it.
    fn string(&mut self) -> Result<String, Malformed> {
        let length = self.word()? as usize;
        let bytes = self.bytes(length)?;
        let text = bytes.strip_suffix(&[0]).unwrap_or(bytes);
        Ok(String::from_utf8_lossy(text).into_owned())
    }

    /// Reads the start of a file, and returns the stamp of its compilation.
    fn header(&mut self, magic: [u8; 4]) -> Result<u32, Malformed> {
        if self.bytes(4)? != magic {
            return Err("it is not a file of GCC's counts on this machine".to_owned());
        }
        // `B22*` of GCC 12.2.
        let version = self.word()?.to_be_bytes();
        let digit = |byte: u8, zero: u8| u32::from(byte.wrapping_sub(zero));
        let major = digit(version[0], b'A') * 10 + digit(version[1], b'0');
        if major < FIRST {
            return Err(format!(
                "it is of GCC {major}, and {FIRST} or later is read"
            ));
        }
        let stamp = self.word()?;
        self.word()?; // a checksum of the program
        Ok(stamp)
    }

    fn record(&mut self) -> Result<Option<(u32, Reader<'a>)>, Malformed> {
        // Zeros are the end.
        if self.0.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        let (tag, length) = (self.word()?, self.word()?);
        // If all counts are zero, only their number is there.
        let length = usize::try_from(length.cast_signed()).unwrap_or(0);
        Ok(Some((tag, Reader(self.bytes(length)?))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_le_bytes()).collect()
    }

    fn string(text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len()).unwrap() + 1;
        [&length.to_le_bytes()[..], text.as_bytes(), &[0]].concat()
    }

    fn record(tag: u32, content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).unwrap();
        [&words(&[tag, length]), content].concat()
    }

    fn header(magic: [u8; 4], version: [u8; 4]) -> Vec<u8> {
        let mut version = version;
        version.reverse();
        [&magic[..], &version, &words(&[77, 0])].concat()
    }

    fn function(ident: u32, name: &str) -> Vec<u8> {
        record(FUNCTION, &[words(&[ident, 1, 2]), string(name)].concat())
    }

    fn lines(block: u32, lines: &[u32]) -> Vec<u8> {
        let numbers = words(lines);
        let content = [
            words(&[block, 0]),
            string("/d.vhd"),
            numbers,
            words(&[0, 0]),
        ];
        record(LINES, &content.concat())
    }

    /// `if` in line 11, `then` in 12, `else` in 13, and 14 after it, behind a subprogram that ended in line 9.
    fn process(ident: u32, name: &str) -> Vec<u8> {
        let counted = 0;
        [
            function(ident, name),
            record(BLOCKS, &words(&[6])),
            record(ARCS, &words(&[0, 2, ON_TREE])),
            record(ARCS, &words(&[2, 3, counted, 4, ON_TREE])),
            record(ARCS, &words(&[3, 5, ON_TREE])),
            record(ARCS, &words(&[4, 5, counted])),
            record(ARCS, &words(&[5, 1, ON_TREE])),
            lines(2, &[9]),
            lines(2, &[9, 11]),
            lines(3, &[12]),
            lines(4, &[13]),
            lines(5, &[13, 14]),
        ]
        .concat()
    }

    fn notes(version: [u8; 4], functions: &[Vec<u8>]) -> Vec<u8> {
        let begin = [header(*b"oncg", version), string("/build/0"), words(&[1])].concat();
        [begin, functions.concat(), words(&[0])].concat()
    }

    fn counts(ident: u32, counts: &[u32]) -> Vec<u8> {
        let counts: Vec<u32> = counts.iter().flat_map(|&count| [count, 0]).collect();
        let counted = [function_counts(ident), record(COUNTS, &words(&counts))].concat();
        [header(*b"adcg", *b"B22*"), counted, words(&[0])].concat()
    }

    fn function_counts(ident: u32) -> Vec<u8> {
        record(FUNCTION, &words(&[ident, 1, 2]))
    }

    fn read(notes: &[u8], counts: &[u8]) -> Result<Vec<(u32, u64)>, Malformed> {
        let notes = Notes::parse(notes)?;
        assert_eq!(notes.folder, PathBuf::from("/build/0"));
        let mut lines = Lines::new();
        notes.add_counted(counts, &mut lines)?;
        Ok(lines
            .remove("/d.vhd")
            .unwrap_or_default()
            .into_iter()
            .collect())
    }

    #[test]
    fn what_was_not_counted_follows_and_the_end_of_another_subprogram_is_left_out() {
        let notes = notes(*b"B22*", &[process(5, "work__d__ARCH__rtl__P1__PROC")]);
        assert_eq!(
            read(&notes, &counts(5, &[3, 0])),
            Ok(vec![(11, 3), (12, 3), (13, 0), (14, 3)])
        );
        assert_eq!(
            read(&notes, &counts(5, &[0, 4])),
            Ok(vec![(11, 4), (12, 0), (13, 4), (14, 4)])
        );
        // A subprogram that has not run has no record, or only zeros.
        let none = Ok(vec![(11, 0), (12, 0), (13, 0), (14, 0)]);
        assert_eq!(read(&notes, &counts(6, &[1])), none);
        let zeros = words(&[COUNTS, (-16_i32).cast_unsigned()]);
        let zeros = [
            header(*b"adcg", *b"B22*"),
            function_counts(5),
            zeros,
            words(&[0]),
        ];
        assert_eq!(read(&notes, &zeros.concat()), none);
    }

    #[test]
    fn elaboration_is_no_statement_and_a_users_name_is_no_elaboration() {
        let both = [
            process(5, "work__d__ARCH__rtl__STMT_ELAB"),
            process(6, "work__d__elab"),
        ];
        let counts = counts(5, &[1, 1]);
        assert_eq!(read(&notes(*b"B22*", &both[..1]), &counts), Ok(vec![]));
        let lines = read(&notes(*b"B22*", &both), &counts).unwrap();
        assert_eq!(lines, [(11, 0), (12, 0), (13, 0), (14, 0)]);
    }

    #[test]
    fn what_is_cut_short_damaged_or_of_an_old_compiler_is_reported() {
        let whole = notes(*b"B42*", &[process(5, "p")]);
        assert!(Notes::parse(&whole).is_ok(), "GCC 14");
        for end in 0..whole.len() - 4 {
            // Between two records nothing shows that more should follow, except which subprograms have counts.
            if let Ok(less) = read(&whole[..end], &counts(5, &[3, 0])) {
                assert!(less.len() < 4, "{end}: {less:?}");
            }
        }
        let old = Notes::parse(&notes(*b"B12*", &[])).unwrap_err();
        assert_eq!(old, "it is of GCC 11, and 12 or later is read");
        let other = read(&whole, &counts(5, &[1, 2, 3])).unwrap_err();
        assert_eq!(other, "the counts of `p` are of another graph");
        let mut stamped = counts(5, &[1, 2]);
        stamped[8] = 78;
        let other = read(&whole, &stamped).unwrap_err();
        assert_eq!(other, "the counts are of another compilation");
        assert!(Notes::parse(b"gcno").is_err());
    }
}
