//! Records as JSON, an object a line.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::json;

use super::{Listener, Record};

/// Writes records as JSON, an object a line:
///
/// ```text
/// {"at_fs":120000000,"event":"begin","id":7,"kind":"frame","stream":"top.s_axis"}
/// {"event":"attribute","id":7,"name":"bytes","value":"64"}
/// {"at_fs":280000000,"complete":true,"event":"end","id":7}
/// ```
///
/// Times are in femtoseconds since the start of the simulation; values of attributes are texts. A write
/// error is returned by [`flush`](Self::flush), or logged when the listener is dropped.
///
/// ```
/// use std::rc::Rc;
/// use verifork::record::{self, JsonLines};
///
/// let lines = Rc::new(JsonLines::new(Vec::new()));
/// let listening = record::listen(Rc::clone(&lines));
/// record::begin("bus", "write").end();
/// drop(listening);
/// let text = Rc::into_inner(lines).unwrap().into_inner()?;
/// assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count(), 2);
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct JsonLines<W: Write> {
    state: RefCell<State<W>>,
}

#[derive(Debug)]
struct State<W> {
    /// `None` once it was taken out.
    writer: Option<W>,
    /// The first error, until it is reported.
    error: Option<io::Error>,
}

impl<W: Write> State<W> {
    fn flush(&mut self) -> io::Result<()> {
        if let Some(error) = self.error.take() {
            return Err(error);
        }
        self.writer.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl JsonLines<BufWriter<File>> {
    /// Writes to a file, which is created or truncated.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use verifork::record::{self, JsonLines};
    /// # fn example() -> Result {
    /// let _listening = record::listen(JsonLines::create("transactions.jsonl")?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the file cannot be created; the error names it.
    pub fn create(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = File::create(path).map_err(|error| {
            let text = format!("cannot make `{}`: {error}", path.display());
            io::Error::new(error.kind(), text)
        })?;
        Ok(JsonLines::new(BufWriter::new(file)))
    }
}

impl<W: Write> JsonLines<W> {
    /// Writes to any writer.
    ///
    /// ```
    /// use std::rc::Rc;
    /// use verifork::record::{self, JsonLines};
    ///
    /// let lines = Rc::new(JsonLines::new(Vec::new()));
    /// let listening = record::listen(lines.clone());
    /// record::begin("bus", "write").end();
    /// drop(listening);
    /// let lines = Rc::into_inner(lines).unwrap().into_inner().unwrap();
    /// assert!(String::from_utf8(lines).unwrap().contains("write"));
    /// ```
    pub fn new(writer: W) -> Self {
        JsonLines {
            state: RefCell::new(State {
                writer: Some(writer),
                error: None,
            }),
        }
    }

    /// Writes out what is buffered.
    ///
    /// ```no_run
    /// # use verifork::prelude::*;
    /// use std::rc::Rc;
    /// use verifork::record::{self, JsonLines};
    /// # fn example() -> Result {
    /// let lines = Rc::new(JsonLines::create("transactions.jsonl")?);
    /// let _listening = record::listen(lines.clone());
    /// // …
    /// lines.flush()?; // a full disk is an error here
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// The first error of a write since the last call, or that of this one.
    pub fn flush(&self) -> io::Result<()> {
        self.state.borrow_mut().flush()
    }

    /// The writer, with everything written to it.
    ///
    /// ```
    /// use verifork::record::JsonLines;
    ///
    /// let file = JsonLines::new(Vec::new()).into_inner().unwrap();
    /// assert!(file.is_empty(), "nothing was recorded");
    /// ```
    ///
    /// # Errors
    ///
    /// As [`flush`](Self::flush).
    pub fn into_inner(self) -> io::Result<W> {
        let mut state = self.state.borrow_mut();
        state.flush()?;
        state
            .writer
            .take()
            .ok_or_else(|| io::Error::other("the writer is gone"))
    }
}

impl<W: Write> Listener for JsonLines<W> {
    fn record(&self, record: &Record<'_>) {
        let line = match record {
            Record::Begin {
                id,
                stream,
                kind,
                at,
            } => json!({
                "event": "begin", "id": id.get(), "stream": stream, "kind": kind,
                "at_fs": femtoseconds(*at),
            }),
            Record::Attribute { id, name, value } => json!({
                "event": "attribute", "id": id.get(), "name": name, "value": value.to_string(),
            }),
            Record::End { id, at, complete } => json!({
                "event": "end", "id": id.get(), "at_fs": femtoseconds(*at), "complete": complete,
            }),
        };
        let mut state = self.state.borrow_mut();
        let written = state
            .writer
            .as_mut()
            .map_or(Ok(()), |writer| writeln!(writer, "{line}"));
        if let Err(error) = written {
            state.error.get_or_insert(error);
        }
    }
}

fn femtoseconds(at: crate::time::SimTime) -> serde_json::Value {
    // Past five hours of simulated time, as a text: a number of 64 bits does not hold it.
    let time = at.since_start().femtoseconds();
    u64::try_from(time).map_or_else(|_| time.to_string().into(), Into::into)
}

impl<W: Write> Drop for JsonLines<W> {
    fn drop(&mut self) {
        if let Err(error) = self.state.get_mut().flush() {
            log::error!("transactions are missing in the recording: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::{begin, listen};
    use super::*;

    #[test]
    fn each_record_is_a_line_that_json_reads() {
        let lines = Rc::new(JsonLines::new(Vec::new()));
        let listening = listen(Rc::clone(&lines));
        let write = begin("top.\"odd\"\n", "write");
        write.attribute("text", "tab\tquote\"");
        write.end();
        drop(begin("bus", "read"));
        drop(listening);
        let bytes = Rc::into_inner(lines).unwrap().into_inner().unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<serde_json::Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[0]["stream"], "top.\"odd\"\n");
        assert_eq!(lines[1]["value"], "tab\tquote\"");
        assert_eq!(lines[0]["id"], lines[2]["id"]);
        assert_eq!(lines[2]["complete"], true);
        assert_eq!(lines[4]["complete"], false);
    }

    #[test]
    fn what_cannot_be_written_is_an_error_at_the_end() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is full"))
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let lines = Rc::new(JsonLines::new(Full));
        let listening = listen(Rc::clone(&lines));
        begin("bus", "write").end();
        drop(listening);
        assert_eq!(lines.flush().unwrap_err().to_string(), "the disk is full");
        assert!(lines.flush().is_ok());
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let error = JsonLines::create("/no/such/folder/file").unwrap_err();
        assert!(
            error.to_string().contains("`/no/such/folder/file`"),
            "{error}"
        );
    }
}
