//! Programs that memories are loaded from and dumped to.

use object::endian::{U16, U32, U64};
use object::pod::bytes_of;
use object::read::elf::{FileHeader, ProgramHeader};
use object::{Endianness, elf};
use verifork::{Context, Result, bail, ensure};

use super::{Endian, Memory};

/// The header of a file that [`Memory::dump_elf`] writes.
///
/// ```
/// use verifork_components::memory::{Elf, Memory};
///
/// # fn main() -> verifork::Result {
/// const RISC_V: u16 = 243;
/// let memory = Memory::sparse();
/// memory.write_u32(0x8000_0000, 0x0000_006f);
/// let program = memory.dump_elf(&Elf::bits64(RISC_V).entry(0x8000_0000))?;
/// assert_eq!(Memory::sparse().load_elf(&program)?, 0x8000_0000);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elf {
    machine: u16,
    is_64: bool,
    endian: Endian,
    entry: u64,
}

impl Elf {
    /// A file of 32 bits, little endian, for a machine by its number of `e_machine`: 243 is RISC-V, 40 Arm, 0 none.
    pub fn bits32(machine: u16) -> Self {
        let is_64 = false;
        let (endian, entry) = (Endian::Little, 0);
        Elf {
            machine,
            is_64,
            endian,
            entry,
        }
    }

    /// The same of 64 bits: 62 is x86-64, 183 Arm.
    pub fn bits64(machine: u16) -> Self {
        let is_64 = true;
        Elf {
            is_64,
            ..Elf::bits32(machine)
        }
    }

    /// The machine is big endian. The bytes of the memory stay where they are.
    #[must_use]
    pub fn big_endian(self) -> Self {
        let endian = Endian::Big;
        Elf { endian, ..self }
    }

    /// Sets the entry point of the program. The default is 0.
    #[must_use]
    pub fn entry(self, entry: u64) -> Self {
        Elf { entry, ..self }
    }
}

/// A segment of a file that is dumped.
struct Segment {
    address: u64,
    bytes: Vec<u8>,
    offset: u64,
}

impl Memory {
    /// Loads the segments of an ELF file at their physical addresses, filled up to their size with 0. Returns the
    /// entry point.
    ///
    /// # Errors
    ///
    /// The file is not an ELF file, a segment is incomplete, or there is none to load.
    pub fn load_elf(&self, file: &[u8]) -> Result<u64> {
        match file.get(4) {
            Some(1) => self.load_elf_of::<elf::FileHeader32<Endianness>>(file),
            Some(2) => self.load_elf_of::<elf::FileHeader64<Endianness>>(file),
            _ => bail!("ELF: it has no ELF header"),
        }
    }

    fn load_elf_of<H: FileHeader<Endian = Endianness>>(&self, file: &[u8]) -> Result<u64> {
        let header = H::parse(file).context("ELF")?;
        let endian = header.endian().context("ELF")?;
        let mut loaded = 0;
        for segment in header.program_headers(endian, file).context("ELF")? {
            if segment.p_type(endian) != elf::PT_LOAD {
                continue;
            }
            let address: u64 = segment.p_paddr(endian).into();
            let size: u64 = segment.p_memsz(endian).into();
            let Ok(data) = segment.data(endian, file) else {
                bail!("ELF: the segment at {address:#x} is cut short");
            };
            ensure!(
                size >= data.len() as u64 && size <= 1 << 32,
                "ELF: the segment at {address:#x} has {} bytes in the file and {size} in memory",
                data.len()
            );
            self.write(address, data);
            let mut rest = address.wrapping_add(data.len() as u64);
            let mut left = size - data.len() as u64;
            while left > 0 {
                let part = left.min(4096);
                self.write(rest, &[0; 4096][..usize::try_from(part)?]);
                (rest, left) = (rest.wrapping_add(part), left - part);
            }
            loaded += 1;
        }
        ensure!(loaded > 0, "ELF: the file has no segment to load");
        Ok(header.e_entry(endian).into())
    }
    /// Writes all written bytes as an ELF file: a readable, writable and executable segment for each range of
    /// bytes, with the same physical and virtual address.
    ///
    /// # Errors
    ///
    /// In a file of 32 bits, the entry point is beyond them, or something was written beyond them. There are more
    /// than 65,534 ranges.
    pub fn dump_elf(&self, header: &Elf) -> Result<Vec<u8>> {
        let ranges = self.written();
        let fits = |address: u64| header.is_64 || u32::try_from(address).is_ok();
        ensure!(
            fits(header.entry),
            "ELF: the entry point {:#x} is beyond the 32 bits of the file",
            header.entry
        );
        if let Some(far) = ranges.iter().find(|range| !fits(*range.end())) {
            bail!(
                "ELF: {:#x} is beyond the 32 bits of the file",
                far.start().max(&(1 << 32))
            );
        }
        let count = u16::try_from(ranges.len()).ok();
        let Some(count) = count.filter(|&count| count < elf::PN_XNUM) else {
            bail!(
                "ELF: what was written is in {} parts, and a file has 65534 segments at most",
                ranges.len()
            );
        };
        let (of_file, of_segment) = if header.is_64 { (64, 56) } else { (52, 32) };
        let mut offset = of_file + of_segment * u64::from(count);
        let segments = ranges.iter().map(|range| {
            let length = usize::try_from(range.end() - range.start() + 1)?;
            let segment = Segment {
                address: *range.start(),
                bytes: self.read_bytes(*range.start(), length),
                offset,
            };
            offset += segment.bytes.len() as u64;
            Ok(segment)
        });
        let segments = segments.collect::<Result<Vec<_>>>()?;
        ensure!(
            fits(offset),
            "ELF: a file of {offset} bytes is too large for offsets of 32 bits"
        );
        let mut file = if header.is_64 {
            headers_of_64(header, count, &segments)
        } else {
            headers_of_32(header, count, &segments)
        };
        for segment in &segments {
            file.extend(&segment.bytes);
        }
        Ok(file)
    }
}

const SEGMENT_FLAGS: u32 = elf::PF_R | elf::PF_W | elf::PF_X;

fn endianness(endian: Endian) -> Endianness {
    match endian {
        Endian::Little => Endianness::Little,
        Endian::Big => Endianness::Big,
    }
}

fn identification(header: &Elf) -> elf::Ident {
    elf::Ident {
        magic: elf::ELFMAG,
        class: if header.is_64 {
            elf::ELFCLASS64
        } else {
            elf::ELFCLASS32
        },
        data: match header.endian {
            Endian::Little => elf::ELFDATA2LSB,
            Endian::Big => elf::ELFDATA2MSB,
        },
        version: elf::EV_CURRENT,
        os_abi: elf::ELFOSABI_NONE,
        abi_version: 0,
        padding: [0; 7],
    }
}

fn headers_of_64(header: &Elf, count: u16, segments: &[Segment]) -> Vec<u8> {
    let e = endianness(header.endian);
    let mut file = Vec::new();
    file.extend(bytes_of(&elf::FileHeader64 {
        e_ident: identification(header),
        e_type: U16::new(e, elf::ET_EXEC),
        e_machine: U16::new(e, header.machine),
        e_version: U32::new(e, elf::EV_CURRENT.into()),
        e_entry: U64::new(e, header.entry),
        e_phoff: U64::new(e, 64),
        e_shoff: U64::new(e, 0),
        e_flags: U32::new(e, 0),
        e_ehsize: U16::new(e, 64),
        e_phentsize: U16::new(e, 56),
        e_phnum: U16::new(e, count),
        e_shentsize: U16::new(e, 0),
        e_shnum: U16::new(e, 0),
        e_shstrndx: U16::new(e, 0),
    }));
    for segment in segments {
        file.extend(bytes_of(&elf::ProgramHeader64 {
            p_type: U32::new(e, elf::PT_LOAD),
            p_flags: U32::new(e, SEGMENT_FLAGS),
            p_offset: U64::new(e, segment.offset),
            p_vaddr: U64::new(e, segment.address),
            p_paddr: U64::new(e, segment.address),
            p_filesz: U64::new(e, segment.bytes.len() as u64),
            p_memsz: U64::new(e, segment.bytes.len() as u64),
            p_align: U64::new(e, 1),
        }));
    }
    file
}

fn headers_of_32(header: &Elf, count: u16, segments: &[Segment]) -> Vec<u8> {
    let e = endianness(header.endian);
    let mut file = Vec::new();
    file.extend(bytes_of(&elf::FileHeader32 {
        e_ident: identification(header),
        e_type: U16::new(e, elf::ET_EXEC),
        e_machine: U16::new(e, header.machine),
        e_version: U32::new(e, elf::EV_CURRENT.into()),
        e_entry: U32::new(e, low(header.entry)),
        e_phoff: U32::new(e, 52),
        e_shoff: U32::new(e, 0),
        e_flags: U32::new(e, 0),
        e_ehsize: U16::new(e, 52),
        e_phentsize: U16::new(e, 32),
        e_phnum: U16::new(e, count),
        e_shentsize: U16::new(e, 0),
        e_shnum: U16::new(e, 0),
        e_shstrndx: U16::new(e, 0),
    }));
    for segment in segments {
        file.extend(bytes_of(&elf::ProgramHeader32 {
            p_type: U32::new(e, elf::PT_LOAD),
            p_offset: U32::new(e, low(segment.offset)),
            p_vaddr: U32::new(e, low(segment.address)),
            p_paddr: U32::new(e, low(segment.address)),
            p_filesz: U32::new(e, low(segment.bytes.len() as u64)),
            p_memsz: U32::new(e, low(segment.bytes.len() as u64)),
            p_flags: U32::new(e, SEGMENT_FLAGS),
            p_align: U32::new(e, 1),
        }));
    }
    file
}

/// The range has been checked.
fn low(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::files::tests::{filled, same};
    use super::*;

    /// An ELF file of 32 bits with one segment, by the fields of its headers.
    fn elf(entry: u32, address: u32, data: &[u8], size: u32) -> Vec<u8> {
        let mut file = vec![0x7f, b'E', b'L', b'F', 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let half = |file: &mut Vec<u8>, value: u16| file.extend(value.to_le_bytes());
        let word = |file: &mut Vec<u8>, value: u32| file.extend(value.to_le_bytes());
        half(&mut file, 2); // executable
        half(&mut file, 0xf3); // RISC-V
        for value in [1, entry, 52, 0, 0] {
            word(&mut file, value);
        }
        for value in [52, 32, 1, 40, 0, 0] {
            half(&mut file, value);
        }
        let length = u32::try_from(data.len()).unwrap();
        for value in [1, 84, address + 0x1000, address, length, size, 5, 4] {
            word(&mut file, value);
        }
        file.extend(data);
        file
    }

    #[test]
    fn an_elf_file_is_loaded_at_its_physical_addresses() {
        let memory = Memory::sparse().unwritten(0xff);
        let file = elf(0x8000_0004, 0x8000_0000, &[1, 2, 3, 4, 5], 12);
        assert_eq!(memory.load_elf(&file).unwrap(), 0x8000_0004);
        assert_eq!(
            memory.read_bytes(0x8000_0000, 13),
            [1, 2, 3, 4, 5, 0, 0, 0, 0, 0, 0, 0, 0xff]
        );
        for (file, says) in [
            (vec![1, 2, 3], "no ELF header"),
            (file[..file.len() - 2].to_vec(), "is cut"),
            (
                elf(0, 0, &[1, 2, 3], 2),
                "3 bytes in the file and 2 in memory",
            ),
        ] {
            let error = format!("{:#}", Memory::sparse().load_elf(&file).unwrap_err());
            assert!(error.contains(says), "{error}");
        }
    }
    #[test]
    fn what_one_memory_dumps_as_elf_another_loads() {
        for header in [Elf::bits32(0xf3), Elf::bits64(0xf3)] {
            for header in [header, header.big_endian()] {
                let file = filled().dump_elf(&header.entry(0x1_fff8)).unwrap();
                assert_eq!(file[4], if header.is_64 { 2 } else { 1 });
                let other = Memory::sparse();
                assert_eq!(other.load_elf(&file).unwrap(), 0x1_fff8);
                same(&filled(), &other);
            }
        }
        // The contents that another loader would read.
        let memory = Memory::sparse();
        memory.write(0x1000, &[1, 2, 3]);
        let mut by_hand = elf(0x1000, 0, &[], 0);
        by_hand.truncate(52);
        for value in [1_u32, 84, 0x1000, 0x1000, 3, 3, 7, 1] {
            by_hand.extend(value.to_le_bytes());
        }
        by_hand.extend([1, 2, 3]);
        by_hand[46] = 0; // there are no headers of sections
        let dumped = memory.dump_elf(&Elf::bits32(0xf3).entry(0x1000)).unwrap();
        assert_eq!(dumped, by_hand);
    }

    #[test]
    fn what_a_file_of_32_bits_cannot_have_is_refused() {
        let memory = Memory::sparse();
        memory.write(0xffff_fffe, &[1, 2, 3]);
        let error = memory.dump_elf(&Elf::bits32(0)).unwrap_err().to_string();
        assert_eq!(error, "ELF: 0x100000000 is beyond the 32 bits of the file");
        let same_in_64 = Memory::sparse();
        let file = memory.dump_elf(&Elf::bits64(0)).unwrap();
        same_in_64.load_elf(&file).unwrap();
        same(&memory, &same_in_64);
        let far = Elf::bits32(0).entry(1 << 32);
        let error = Memory::sparse().dump_elf(&far).unwrap_err().to_string();
        assert!(error.contains("the entry point 0x100000000"), "{error}");
        let many = Memory::sparse();
        for at in 0..0xffff {
            many.write(2 * at, &[0]);
        }
        let error = many.dump_elf(&Elf::bits64(0)).unwrap_err().to_string();
        assert!(error.contains("is in 65535 parts"), "{error}");
    }
}
