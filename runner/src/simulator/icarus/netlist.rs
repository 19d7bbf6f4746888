//! Facts on declarations that Icarus's compiler knows and its images lack: dimensions and signs of arrays, and packed
//! dimensions.

use verifork_protocol::declarations::{line, marked, packed, ranges};

/// The declarations in a netlist of `iverilog -N` that no image has.
pub(super) fn declarations(netlist: &str) -> String {
    netlist.lines().filter_map(declaration).collect()
}

/// The declaration in a line such as
/// `reg: m[0:3][16:31] unpacked dims=2 … netvector_t:logic unsigned[7:0] … scope=top.gen[0] #(…`.
fn declaration(declared: &str) -> Option<String> {
    let (declared, rest) = declared.split_once(" unpacked dims=")?;
    let (_, name) = declared.trim_start().split_once(": ")?;
    let (count, rest) = rest.split_once(' ')?;
    let count: usize = count.parse().ok()?;
    let (of_type, of_scope) = rest.split_once(" scope=")?;
    let (scope, _) = of_scope.split_once(" #(")?;
    let (signed, ranges) = match of_type.split_once("netvector_t:") {
        Some((_, vector)) => {
            let start = vector.find([' ', '['])?;
            let (sign, rest) = vector[start..].split_at(1);
            let (sign, rest) = match sign {
                " " => rest.split_at(rest.find([' ', '[']).unwrap_or(rest.len())),
                _ => return None,
            };
            let signed = match sign {
                "signed" => true,
                "unsigned" => false,
                _ => return None,
            };
            let end = rest.find(' ').unwrap_or(rest.len());
            (signed, ranges(&rest[..end])?)
        }
        // A packed structure or an enumeration; its sign is not shown.
        None if of_type.contains("netstruct_t") || of_type.contains("netenum_t") => {
            (false, Vec::new())
        }
        None => return None,
    };
    // The name itself may have brackets, if it is an escaped one.
    let (name, dimensions) = match count.checked_sub(1) {
        Some(last) => name.split_at(name.rmatch_indices('[').nth(last)?.0),
        None => (name, ""),
    };
    let is_told = count > 1 || count > 0 && signed;
    let dimensions = if is_told { dimensions } else { "" };
    let path = format!("{scope}.{name}");
    if ranges.len() > 1 {
        let line = line(&path, dimensions, signed, None);
        return Some(marked(line, [packed(count, &ranges)]));
    }
    is_told.then(|| line(&path, dimensions, signed, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_dimensions_of_vectors_and_arrays_are_declared() {
        let netlist = "\
            \x20   reg: asc unpacked dims=0 pin_count=1 netvector_t:logic signed[1:2][0:2][4:-7] (eref=0, lref=1) \
             scope=top #(0,0,0) vector_width=24 pin_count=1 pins_are_virtual\n\
            \x20   wire: in unpacked dims=0 pin_count=1 input netvector_t:logic unsigned[1:0][7:0] (eref=0, lref=0) \
             scope=top.g[1] #(0,0,0) vector_width=16 pin_count=1\n\
            \x20   reg: lanes[0:2] unpacked dims=1 pin_count=3 netvector_t:logic unsigned[1:0][3:0] (eref=0, lref=1) \
             scope=top #(0,0,0) vector_width=8 pin_count=3 pins_are_virtual\n\
            \x20   reg: bit unpacked dims=0 pin_count=1 netvector_t:logic unsigned (eref=0, lref=1) scope=top #(0,0,0)\n";
        assert_eq!(
            declarations(netlist),
            "top.asc\t\tsigned\t\tpacked:0:[1:2][0:2][4:-7]\n\
             top.g[1].in\t\tunsigned\t\tpacked:0:[1:0][7:0]\n\
             top.lanes\t\tunsigned\t\tpacked:1:[1:0][3:0]\n"
        );
    }

    #[test]
    fn arrays_that_an_image_does_not_describe_are_declared() {
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
