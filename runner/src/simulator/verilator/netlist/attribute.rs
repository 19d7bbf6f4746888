//! Attributes of the elements of `--xml-only`.

use std::io;

use quick_xml::events::BytesStart;

use super::malformed;

/// An attribute, if the element has it.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> io::Result<Option<String>> {
    let Some(attribute) = element.try_get_attribute(name).map_err(malformed)? else {
        return Ok(None);
    };
    let value = attribute
        .normalized_value(quick_xml::XmlVersion::Explicit1_0)
        .map_err(malformed)?;
    Ok(Some(value.into_owned()))
}

/// An attribute without which the element has no meaning.
pub(super) fn wanted(element: &BytesStart<'_>, name: &str) -> io::Result<String> {
    attribute(element, name)?.ok_or_else(|| {
        let element = String::from_utf8_lossy(element.name().as_ref()).into_owned();
        malformed(format!("`{element}` has no `{name}`"))
    })
}
