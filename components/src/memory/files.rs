//! Files of text that memories are loaded from and dumped to.

use std::fmt::Write as _;

use verifork::{Context, Result, bail, ensure};

use super::{Endian, Memory};

impl Memory {
    /// Loads the text of an Intel HEX file. Segmented and linear addresses are followed, start addresses are
    /// not data.
    ///
    /// # Errors
    ///
    /// With the number of the line, if it is not a record or its checksum is wrong. The lines before it are loaded.
    pub fn load_ihex(&self, text: &str) -> Result {
        use ihex::Record;
        let mut base = 0_u64;
        let mut ended = false;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            ensure!(
                !ended,
                "Intel HEX, line {number}: it follows the end-of-file record"
            );
            let record = Record::from_record_string(line)
                .with_context(|| format!("Intel HEX, line {number}"))?;
            match record {
                Record::Data { offset, value } => self.write(base + u64::from(offset), &value),
                Record::EndOfFile => ended = true,
                Record::ExtendedSegmentAddress(segment) => base = u64::from(segment) << 4,
                Record::ExtendedLinearAddress(upper) => base = u64::from(upper) << 16,
                Record::StartSegmentAddress { .. } | Record::StartLinearAddress(_) => {}
            }
        }
        ensure!(
            ended,
            "Intel HEX: the end-of-file record is missing: the file may be cut short"
        );
        Ok(())
    }

    /// Writes all written bytes as the text of an Intel HEX file.
    ///
    /// # Errors
    ///
    /// Something was written beyond 32 bits of address.
    pub fn dump_ihex(&self) -> Result<String> {
        use ihex::Record;
        let mut records = Vec::new();
        let mut upper = 0;
        for (address, bytes) in self.lines(16, 1 << 16) {
            let address = u32::try_from(address)
                .with_context(|| format!("{address:#x} is not an address of an Intel HEX file"))?;
            let [high, offset] = [(address >> 16) as u16, (address & 0xffff) as u16];
            if high != upper {
                upper = high;
                records.push(Record::ExtendedLinearAddress(high));
            }
            let value = bytes;
            records.push(Record::Data { offset, value });
        }
        records.push(Record::EndOfFile);
        let mut text = ihex::create_object_file_representation(&records).context("Intel HEX")?;
        text.push('\n');
        Ok(text)
    }

    /// Loads the text of a file of Motorola S-records: S1, S2 and S3 are data.
    ///
    /// # Errors
    ///
    /// With the number of the line, if it is not a record, its checksum is wrong, or the count of records does not
    /// match. The lines before it are loaded.
    pub fn load_srec(&self, text: &str) -> Result {
        use srec::Record;
        let mut count = 0_u32;
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            ensure!(
                line.is_ascii(),
                "S-record, line {number}: `{line}` is not a record"
            );
            let record: Record = match line.parse() {
                Ok(record) => record,
                Err(error) => bail!("S-record, line {number}: {error:?}"),
            };
            let mut data = |address: u64, bytes: &[u8]| {
                count += 1;
                self.write(address, bytes);
            };
            match record {
                Record::S1(srec::Data {
                    address,
                    data: bytes,
                }) => data(u64::from(address.0), &bytes),
                Record::S2(srec::Data {
                    address,
                    data: bytes,
                }) => data(u64::from(u32::from(address)), &bytes),
                Record::S3(srec::Data {
                    address,
                    data: bytes,
                }) => data(u64::from(u32::from(address)), &bytes),
                Record::S5(counted) => counts(u32::from(counted.0), count, number)?,
                Record::S6(counted) => counts(u32::from(counted), count, number)?,
                _ => {}
            }
        }
        ensure!(count > 0, "S-record: the file has no data");
        Ok(())
    }

    /// Writes all written bytes as the text of a file of Motorola S-records with 32-bit addresses.
    ///
    /// # Errors
    ///
    /// Something was written beyond 32 bits of address.
    pub fn dump_srec(&self) -> Result<String> {
        use srec::{Address32, Data, Record};
        let mut records = Vec::new();
        for (address, data) in self.lines(16, u64::MAX) {
            let address = u32::try_from(address)
                .with_context(|| format!("{address:#x} is not an address of an S-record"))?;
            let address = Address32(address);
            records.push(Record::S3(Data { address, data }));
        }
        records.push(Record::S7(Address32(0)));
        Ok(srec::writer::generate_srec_file(&records))
    }

    /// Loads text as `$readmemh` reads it (IEEE 1800-2017, 21.4): words of this many bytes, `@` and the number of
    /// a word in hexadecimal, comments, `_`.
    ///
    /// # Errors
    ///
    /// With the number of the line, if it is not a hexadecimal number, is wider than the word, or has `x` or `z`,
    /// which a memory of bytes cannot hold. The lines before it are loaded.
    pub fn load_readmemh(&self, text: &str, bytes: usize, endian: Endian) -> Result {
        ensure!(bytes > 0, "a word of a memory has at least one byte");
        let text = without_comments(text)?;
        let mut word = 0_u64;
        for (number, line) in (1..).zip(text.lines()) {
            for token in line.split_whitespace() {
                let (digits, is_address) = match token.strip_prefix('@') {
                    Some(digits) => (digits, true),
                    None => (token, false),
                };
                let digits: Vec<u8> = digits.bytes().filter(|&digit| digit != b'_').collect();
                if digits.iter().any(|digit| b"xXzZ?".contains(digit)) {
                    bail!(
                        "readmemh, line {number}: `{token}` is unknown, which a memory of bytes does not hold"
                    );
                }
                ensure!(
                    !digits.is_empty() && digits.iter().all(u8::is_ascii_hexdigit),
                    "readmemh, line {number}: `{token}` is not a hexadecimal number"
                );
                let nibble = |digit: &u8| match digit {
                    b'0'..=b'9' => digit - b'0',
                    _ => (digit | 0x20) - b'a' + 10,
                };
                if is_address {
                    let text = String::from_utf8_lossy(&digits);
                    word = u64::from_str_radix(&text, 16)
                        .with_context(|| format!("readmemh, line {number}: `{token}`"))?;
                    continue;
                }
                let mut value = vec![0; bytes];
                for (place, digit) in digits.iter().rev().enumerate() {
                    match value.get_mut(place / 2) {
                        Some(byte) => *byte |= nibble(digit) << (4 * (place % 2)),
                        None => ensure!(
                            nibble(digit) == 0,
                            "readmemh, line {number}: `{token}` has more than the {bytes} bytes of a word"
                        ),
                    }
                }
                if endian == Endian::Big {
                    value.reverse();
                }
                self.write(word.wrapping_mul(bytes as u64), &value);
                word = word.wrapping_add(1);
            }
        }
        Ok(())
    }

    /// Writes all written bytes as text for `$readmemh`, in words of `bytes` bytes. Partly written words are
    /// complete.
    ///
    /// # Panics
    ///
    /// At the caller's line: for words of 0 bytes.
    #[track_caller]
    pub fn dump_readmemh(&self, bytes: usize, endian: Endian) -> String {
        assert!(bytes > 0, "a word of a memory has at least one byte");
        let mut text = String::new();
        let mut next = None;
        for range in self.written() {
            for word in range.start() / bytes as u64..=range.end() / bytes as u64 {
                if next.is_some_and(|next| word < next) {
                    continue; // two ranges in one word
                }
                if next != Some(word) {
                    let _ = writeln!(text, "@{word:x}");
                }
                next = Some(word + 1);
                let mut value = self.read_bytes(word * bytes as u64, bytes);
                if endian == Endian::Little {
                    value.reverse();
                }
                for byte in value {
                    let _ = write!(text, "{byte:02x}");
                }
                text.push('\n');
            }
        }
        text
    }

    /// The written bytes, in parts of at most this many bytes that do not cross a multiple of `page`.
    fn lines(&self, most: u64, page: u64) -> Vec<(u64, Vec<u8>)> {
        let mut lines = Vec::new();
        for range in self.written() {
            let (mut at, end) = (*range.start(), *range.end());
            loop {
                let to_page = page - at % page;
                let count = most.min(to_page).min((end - at).saturating_add(1));
                lines.push((at, self.read_bytes(at, usize::try_from(count).unwrap_or(0))));
                match at.checked_add(count) {
                    Some(next) if next <= end => at = next,
                    _ => break,
                }
            }
        }
        lines
    }
}

fn counts(counted: u32, found: u32, line: u32) -> Result {
    ensure!(
        counted == found,
        "S-record, line {line}: it counts {counted} data records, but {found} came before it"
    );
    Ok(())
}

/// The text with blanks for comments, line by line the same.
fn without_comments(text: &str) -> Result<String> {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let begins = match (rest.find("//"), rest.find("/*")) {
            (None, None) => break,
            (one, other) => one.unwrap_or(usize::MAX).min(other.unwrap_or(usize::MAX)),
        };
        kept.push_str(&rest[..begins]);
        kept.push(' ');
        let comment = &rest[begins..];
        rest = if comment.starts_with("//") {
            comment.find('\n').map_or("", |end| &comment[end..])
        } else {
            let Some(end) = comment.find("*/") else {
                let line = kept.lines().count();
                bail!("readmemh, line {line}: a comment does not end");
            };
            kept.extend(comment[..end].chars().filter(|&it| it == '\n'));
            &comment[end + 2..]
        };
    }
    kept.push_str(rest);
    Ok(kept)
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::elf::Elf;
    use super::*;

    pub(in super::super) fn filled() -> Memory {
        let memory = Memory::sparse();
        memory.write(0x0001_fff8, &(0..40).collect::<Vec<u8>>());
        memory.write(0x8000_0003, &[0xaa]);
        memory
    }

    /// Another memory can load a dump.
    #[track_caller]
    pub(in super::super) fn same(memory: &Memory, other: &Memory) {
        assert_eq!(memory.written(), other.written());
        for range in memory.written() {
            let count = usize::try_from(range.end() - range.start() + 1).unwrap();
            assert_eq!(
                memory.read_bytes(*range.start(), count),
                other.read_bytes(*range.start(), count)
            );
        }
    }

    #[test]
    fn intel_hex_goes_round() {
        let text = filled().dump_ihex().unwrap();
        // A record does not cross 64 KiB.
        assert!(
            text.starts_with(":020000040001F9\n:08FFF8000001020304050607"),
            "{text}"
        );
        let other = Memory::sparse();
        other.load_ihex(&text).unwrap();
        same(&filled(), &other);
    }

    #[test]
    fn intel_hex_with_segments_is_read_and_what_is_wrong_is_reported_with_its_line() {
        let memory = Memory::sparse();
        memory
            .load_ihex(
                ":020000021000EC\n:0100100055 9A\n:00000001FF"
                    .replace(' ', "")
                    .as_str(),
            )
            .unwrap();
        assert_eq!(memory.written(), [0x10010..=0x10010]);
        for (text, says) in [
            (":0100100055 9B\n:00000001FF", "line 1"),
            (":01001000559A\nhello\n:00000001FF", "line 2"),
            (":01001000559A\n", "may be cut short"),
            (":00000001FF\n:01001000559A", "line 2: it follows"),
        ] {
            let error = format!(
                "{:#}",
                Memory::sparse()
                    .load_ihex(&text.replace(' ', ""))
                    .unwrap_err()
            );
            assert!(error.contains(says), "{error}");
        }
        let far = Memory::sparse();
        far.write(1 << 32, &[1]);
        assert!(
            far.dump_ihex()
                .unwrap_err()
                .to_string()
                .contains("0x100000000 is not an address")
        );
        assert!(far.dump_srec().is_err());
    }

    #[test]
    fn s_records_go_round() {
        let text = filled().dump_srec().unwrap();
        let other = Memory::sparse();
        other.load_srec(&text).unwrap();
        same(&filled(), &other);
    }

    #[test]
    fn s_records_of_all_addresses_are_read_and_what_is_wrong_is_reported_with_its_line() {
        let memory = Memory::sparse();
        memory
            .load_srec(
                "S00600004844521B\nS1051000AABB85\nS206020000CCDD4E\nS5030002FA\nS9030000FC\n",
            )
            .unwrap();
        assert_eq!(memory.read_bytes(0x1000, 2), [0xaa, 0xbb]);
        assert_eq!(memory.read_bytes(0x2_0000, 2), [0xcc, 0xdd]);
        for (text, says) in [
            ("S1051000AABB86", "line 1"),
            (
                "S1051000AABB85\nS5030002FA",
                "line 2: it counts 2 data records, but 1",
            ),
            ("S9030000FC", "no data"),
        ] {
            let error = format!("{:#}", Memory::sparse().load_srec(text).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn readmemh_goes_round_in_both_orders() {
        for (bytes, endian) in [
            (1, Endian::Little),
            (4, Endian::Little),
            (4, Endian::Big),
            (11, Endian::Big),
        ] {
            let memory = Memory::sparse();
            memory.write(0, &(0..88).collect::<Vec<u8>>());
            memory.write(880, &(0..44).collect::<Vec<u8>>());
            let other = Memory::sparse();
            other
                .load_readmemh(&memory.dump_readmemh(bytes, endian), bytes, endian)
                .unwrap();
            same(&memory, &other);
        }
    }

    #[test]
    fn readmemh_reads_what_the_standard_allows() {
        let memory = Memory::sparse();
        let text = "// comment\n12 3_4 /* two\nlines */ @1f\n0000_beef BEEF // end";
        memory.load_readmemh(text, 2, Endian::Little).unwrap();
        assert_eq!(memory.read_bytes(0, 4), [0x12, 0, 0x34, 0]);
        assert_eq!(memory.read_bytes(0x3e, 4), [0xef, 0xbe, 0xef, 0xbe]);
        for (text, says) in [
            ("12\n\n1x34", "line 3: `1x34` is unknown"),
            ("12 hello", "line 1: `hello` is not a hexadecimal number"),
            ("1\n12345", "line 2: `12345` has more than the 2 bytes"),
            ("1 /* 2", "line 1: a comment does not end"),
            ("@", "`@` is not a hexadecimal number"),
        ] {
            let error = Memory::sparse()
                .load_readmemh(text, 2, Endian::Little)
                .unwrap_err()
                .to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    /// Whatever is in a file, it is an error at most.
    #[test]
    fn no_text_and_no_file_makes_a_loader_panic() {
        let mut rng = verifork::TestRng::new(3);
        let whole = filled();
        let texts = [
            whole.dump_ihex().unwrap(),
            whole.dump_srec().unwrap(),
            "S1\nS\nS10\nS1é\nSé\n:\n:é0\n@\n/*é".to_owned(),
        ];
        let program = Memory::sparse();
        program.write(0x1000, &[1, 2, 3, 4]);
        let file = program.dump_elf(&Elf::bits32(0xf3)).unwrap();
        let memory = Memory::sparse();
        for _ in 0..3000 {
            let mut bytes = rng.choose(&texts).unwrap().clone().into_bytes();
            let mut program = file.clone();
            for _ in 0..rng.random_range(1..=3) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] = rng.random();
                let at = rng.random_range(0..program.len());
                program[at] = rng.random();
            }
            bytes.truncate(rng.random_range(0..=bytes.len()));
            program.truncate(rng.random_range(0..=2 * program.len()));
            let text = String::from_utf8_lossy(&bytes);
            let _ = memory.load_ihex(&text);
            let _ = memory.load_srec(&text);
            let _ = memory.load_readmemh(&text, 4, Endian::Big);
            for line in text.lines() {
                let _ = Memory::sparse().load_srec(line);
                let _ = Memory::sparse().load_ihex(line);
            }
            // A segment of gigabytes is one that a person asks for.
            if program.get(72..76).is_none_or(|size| size[2..] == [0, 0]) {
                let _ = Memory::sparse().load_elf(&program);
            }
        }
    }
}
