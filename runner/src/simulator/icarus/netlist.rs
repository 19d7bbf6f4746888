//! What Icarus's compiler knows of arrays, and its images do not keep: dimensions and signs.

use verifork_protocol::declarations::line;

/// The declarations in a netlist, as `iverilog -N` writes it, that no image tells of.
pub(super) fn declarations(netlist: &str) -> String {
    let arrays = netlist.lines().filter_map(array);
    arrays
        .filter(|(_, dimensions, signed)| *signed || dimensions.matches('[').count() > 1)
        .map(|(path, dimensions, signed)| line(&path, dimensions, signed, None))
        .collect()
}

/// The array of a line such as
/// `reg: m[0:3][16:31] unpacked dims=2 … netvector_t:logic unsigned[7:0] … scope=top.gen[0] #(…`.
fn array(line: &str) -> Option<(String, &str, bool)> {
    let (declared, rest) = line.split_once(" unpacked dims=")?;
    let (_, name) = declared.trim_start().split_once(": ")?;
    let (count, rest) = rest.split_once(' ')?;
    let count: usize = count.parse().ok().filter(|count| *count > 0)?;
    // The name itself may have brackets, if it is an escaped one.
    let (start, _) = name.rmatch_indices('[').nth(count - 1)?;
    let (name, dimensions) = name.split_at(start);
    let (of_type, of_scope) = rest.split_once(" scope=")?;
    let (scope, _) = of_scope.split_once(" #(")?;
    let signed = match of_type.split_once("netvector_t:") {
        Some((_, vector)) => match vector.split([' ', '[']).nth(1)? {
            "signed" => true,
            "unsigned" => false,
            _ => return None,
        },
        // A packed structure or an enumeration, whose sign is not told.
        None if of_type.contains("netstruct_t") || of_type.contains("netenum_t") => false,
        None => return None,
    };
    Some((format!("{scope}.{name}"), dimensions, signed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrays_are_told_of_that_an_image_does_not_tell() {
        let netlist = "SCOPES:\n\
            \x20   wire: a unpacked dims=0 pin_count=1 netvector_t:logic unsigned[7:0] (eref=0, lref=0) \
             scope=m #(0,0,0) vector_width=8 pin_count=1\n\
            \x20   reg: m2[0:3][16:31] unpacked dims=2 pin_count=64 netvector_t:logic unsigned[7:0] \
             (eref=1, lref=1) scope=m.gen[0].s #(0,0,0) vector_width=8 pin_count=64 pins_are_virtual\n\
            \x20   reg: one[63:0] unpacked dims=1 pin_count=64 netvector_t:logic unsigned[7:0] \
             (eref=1, lref=1) scope=m #(0,0,0) vector_width=8 pin_count=64\n\
            \x20   reg: c[3][0:3] unpacked dims=1 pin_count=4 netvector_t:logic signed[7:0] (eref=1, \
             lref=1) scope=m #(0,0,0) vector_width=8 pin_count=4 pins_are_virtual\n\
            \x20   reg: d3[1:0][3:1][-1:1] unpacked dims=3 pin_count=18 netvector_t:bool signed[31:0] \
             (eref=1, lref=1) scope=m #(0,0,0) vector_width=32 pin_count=18 pins_are_virtual\n\
            \x20   reg: h[0:1][2:0] unpacked dims=2 pin_count=6 11netstruct_t (eref=0, lref=1) scope=m \
             #(0,0,0) vector_width=19 pin_count=6 pins_are_virtual\n\
            \x20     {m2[word='sd28]} = 8'd90;\n";
        assert_eq!(
            declarations(netlist),
            "m.gen[0].s.m2\t[0:3][16:31]\tunsigned\t\n\
             m.c[3]\t[0:3]\tsigned\t\n\
             m.d3\t[1:0][3:1][-1:1]\tsigned\t\n\
             m.h\t[0:1][2:0]\tunsigned\t\n"
        );
    }
}
