//! The ports of the top, in the header that Verilator writes of it.

/// The names in lines such as `VL_IN8(&clk,0,0);` and `VL_OUT16((&q)[3],15,0);`, as C++ has them.
pub(super) fn of_header(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim_start();
        let kinds = ["VL_IN", "VL_OUT", "VL_INOUT"];
        let is_port = kinds.iter().any(|kind| line.starts_with(kind));
        let rest = line.split_once('(').filter(|_| is_port)?.1;
        let rest = rest.trim_start_matches(['(', '&']);
        let end = rest.find([',', ')']);
        let name = &rest[..end?];
        let is_letter = |it: char| it.is_ascii_alphanumeric() || it == '_';
        (!name.is_empty() && name.chars().all(is_letter)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_port_is_a_line_of_its_own() {
        let text = "    // PORTS\n    // propagate new values\n    VL_IN8(&clk,0,0);\n    \
            VL_OUT16(&q,15,0);\n    VL_INW(&wide,69,0,3);\n    VL_IN8((&bits)[3],0,0);\n    \
            VL_INOUT8(&pad,0,0);\n    CData/*0:0*/ hidden;\n    VL_CELL(a,b);\n";
        let names: Vec<&str> = super::of_header(text).collect();
        assert_eq!(names, ["clk", "q", "wide", "bits", "pad"]);
    }
}
