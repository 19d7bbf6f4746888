//! Facts on declarations that Verilator does not show at run time, from the netlist of `--xml-only` or, in newer
//! versions, `--json-only`: the sign; the direction of the range; that something is an array of single bits, which
//! older versions show as a vector, or has several dimensions, which they do not show; where the members of packed
//! structures and the elements of packed arrays are; that something is a queue or a handle, which are shown as a bit;
//! the literals of enumerations; what the design drives all the time, and what its processes assign. Unsigned vectors
//! with descending ranges are shown correctly anyway.

mod attribute;
mod driver;
mod drivers;
mod enumerations;
mod scope;
pub(super) mod tree;
mod types;
mod xml;

use std::collections::BTreeSet;
use std::io;

use self::scope::Netlist;

/// Names of variables.
#[derive(Default)]
pub(super) struct Names {
    pub(super) of_top: BTreeSet<String>,
    pub(super) elsewhere: BTreeSet<String>,
}

/// The facts on the design that the netlist has before it is compiled.
pub(super) struct Survey {
    /// A line for each declaration that is shown, or all.
    pub(super) declarations: String,
    /// The ports of the tops, which are all shown.
    pub(super) ports: Vec<String>,
    /// The variables that are looked up in any case, as the design spells them.
    pub(super) found: Names,
}

impl Survey {
    fn of(mut netlist: Netlist, ports: Vec<String>, of_all: bool, names: &Names) -> Self {
        Survey {
            ports,
            found: netlist.show(names),
            declarations: netlist.declarations(of_all),
        }
    }
}

/// Reads a netlist; with the declarations of objects that are shown to plugins, or `of_all`. Variables with one of the
/// names, which are in lower case here and in any case in the design, will be shown.
///
/// # Errors
///
/// It is not the netlist that Verilator writes.
pub(super) fn survey(xml: &str, of_all: bool, names: &Names) -> io::Result<Survey> {
    let mut netlist: Netlist = xml::read(xml)?;
    let mut ports = Vec::new();
    for (_, top) in &netlist.tops {
        let scope = netlist.definitions.get_mut(top);
        let variables = scope.into_iter().flat_map(|scope| &mut scope.variables);
        for port in variables.filter(|it| it.direction.is_some()) {
            port.shown = true;
            ports.push(port.name.clone());
        }
    }
    Ok(Survey::of(netlist, ports, of_all, names))
}

fn malformed(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn survey(xml: &str, of_all: bool) -> io::Result<Survey> {
        super::survey(xml, of_all, &Names::default())
    }

    const NETLIST: &str = r#"<?xml version="1.0" ?>
        <verilator_xml><netlist>
        <module name="top" topModule="1">
            <var name="clk" dtype_id="1" public="true"/>
            <var name="s" dtype_id="2" public="true"/>
            <var name="q" dtype_id="2" dir="output"/>
            <var name="hidden" dtype_id="2"/>
            <begin name="gen[1]">
                <var name="up" dtype_id="3" public="true"/>
                <begin name="deeper"><instance name="l" defName="leaf__W6"><port name="d"/></instance></begin>
            </begin>
        </module>
        <module name="leaf__W6">
            <var name="WEIGHT" dtype_id="4" param="true"><const name="32'sh3"/></var>
            <var name="memory" dtype_id="5" public="true"/>
            <var name="bytes" dtype_id="6" public="true"/>
            <var name="bits" dtype_id="7" public="true"/>
            <var name="rows_of_bits" dtype_id="8" public="true"/>
        </module>
        <package name="p"><var name="offset" dtype_id="2" public="true"/></package>
        <typetable>
            <basicdtype id="1" name="logic"/>
            <basicdtype id="2" name="logic" left="7" right="0" signed="true"/>
            <basicdtype id="3" name="logic" left="0" right="7"/>
            <refdtype id="4" name="weight_t" sub_dtype_id="2"/>
            <unpackarraydtype id="5" sub_dtype_id="4"><range><const name="32'sh0"/></range></unpackarraydtype>
            <packarraydtype id="6" sub_dtype_id="2"/>
            <unpackarraydtype id="7" sub_dtype_id="1"><range><const name="32'shfffffffe"/><const name="32'h1"/></range></unpackarraydtype>
            <unpackarraydtype id="8" sub_dtype_id="7"><range><const name="32'h0"/><const name="32'h1"/></range></unpackarraydtype>
        </typetable>
        </netlist></verilator_xml>"#;

    #[test]
    fn signs_and_ascending_ranges_go_by_path() {
        let Survey {
            declarations,
            ports,
            ..
        } = survey(NETLIST, false).unwrap();
        assert_eq!(ports, ["q"]);
        let expected = "top.s\t\tsigned\t[7:0]\n\
            top.q\t\tsigned\t[7:0]\n\
            top.gen[1].up\t\tunsigned\t[0:7]\n\
            top.gen[1].deeper.l.WEIGHT\t\tsigned\t[7:0]\n\
            top.gen[1].deeper.l.memory\t\tsigned\t[7:0]\n\
            top.gen[1].deeper.l.bits\t[-2:1]\tunsigned\t\n\
            top.gen[1].deeper.l.rows_of_bits\t[0:1][-2:1]\tunsigned\t\n\
            p.offset\t\tsigned\t[7:0]\n";
        assert_eq!(declarations, expected);
        let all = survey(NETLIST, true).unwrap().declarations;
        assert!(all.contains("top.hidden\t\tsigned\t[7:0]\n"), "{all}");
    }

    #[test]
    fn names_in_any_case_are_shown_as_they_are_spelt() {
        let netlist = r#"<netlist>
            <module name="top" topModule="1">
                <var name="rxData" dtype_id="1"/>
                <var name="RXDATA" dtype_id="1"/>
                <var name="Level" dtype_id="1"/>
                <begin name="lane"><var name="Level" dtype_id="1"/></begin>
                <instance name="l" defName="leaf"/>
            </module>
            <module name="leaf"><var name="LeveL" dtype_id="1"/><var name="rxData" dtype_id="1"/></module>
            <typetable><basicdtype id="1" name="logic" left="0" right="7"/></typetable>
            </netlist>"#;
        let names = Names {
            of_top: ["rxdata".to_owned()].into(),
            elsewhere: ["level".to_owned()].into(),
        };
        let survey = super::survey(netlist, false, &names).unwrap();
        let expected = ["RXDATA", "rxData"].map(str::to_owned);
        assert_eq!(survey.found.of_top, expected.into());
        let expected = ["LeveL", "Level"].map(str::to_owned);
        assert_eq!(survey.found.elsewhere, expected.into());
        let shown = survey.declarations.lines();
        let shown: Vec<_> = shown.filter_map(|line| line.split('\t').next()).collect();
        let expected = ["top.rxData", "top.RXDATA", "top.lane.Level", "top.l.LeveL"];
        assert_eq!(shown, expected);
    }

    #[test]
    fn what_the_design_drives_all_the_time_is_marked() {
        let names = [
            "wire", "comb", "part", "high", "low", "by_leaf", "clocked", "toggles", "index", "pad",
            "d",
        ];
        let variable = |name: &str| {
            let direction = match name {
                "pad" => " dir=\"inout\"",
                "d" => " dir=\"input\"",
                _ => "",
            };
            format!("<var name=\"{name}\" dtype_id=\"1\" public=\"true\"{direction}/>")
        };
        let variables = names.map(variable).concat();
        let of = |name: &str| format!("<varref name=\"{name}\"/>");
        let assign = |to: &str| format!("<assign>{}{to}</assign>", of("d"));
        let part = format!("<sel>{}{}</sel>", of("part"), of("index"));
        let both = format!("<concat>{}{}</concat>", of("high"), of("low"));
        let continuous = [of("wire"), both, of("pad")]
            .map(|to| {
                format!(
                    "<contassign><and>{}{}</and>{to}</contassign>",
                    of("index"),
                    of("d")
                )
            })
            .concat();
        let netlist = format!(
            "<netlist><module name=\"top\" topModule=\"1\">{variables}{continuous}\
             <always><begin>{}<if>{}{}</if></begin></always>\
             <always><sentree><senitem>{}</senitem></sentree>{}</always>\
             <always><delay/>{}</always><initial>{}</initial>\
             <instance name=\"l\" defName=\"leaf\"><port direction=\"out\">{}</port>\
             <port direction=\"in\">{}</port></instance></module>\
             <module name=\"leaf\">{}</module>\
             <typetable><basicdtype id=\"1\"/></typetable></netlist>",
            assign(&of("comb")),
            of("index"),
            assign(&part),
            of("d"),
            assign(&of("clocked")),
            assign(&of("toggles")),
            assign(&of("index")),
            of("by_leaf"),
            of("index"),
            variable("d"),
        );
        let lines = survey(&netlist, false).unwrap().declarations;
        let driven: Vec<&str> = lines
            .lines()
            .filter_map(|line| line.split_once("\t\tunsigned\t\tdriven").map(|it| it.0))
            .collect();
        assert_eq!(
            driven,
            [
                "wire", "comb", "part", "high", "low", "by_leaf", "pad", "l.d"
            ]
            .map(|it| format!("top.{it}"))
        );
    }

    #[test]
    fn what_processes_assign_again_and_again_is_marked_with_a_place() {
        let names = [
            "clocked",
            "part",
            "high",
            "low",
            "by_task",
            "by_function",
            "local",
            "uncalled",
            "at_start",
            "both",
            "memory",
        ];
        let variable = |name: &str| {
            let of = if name == "memory" { 2 } else { 1 };
            format!("<var name=\"{name}\" dtype_id=\"{of}\" public=\"true\"/>")
        };
        let of = |name: &str| format!("<varref name=\"{name}\"/>");
        let assign = |to: &str| format!("<assign loc=\"c,4,2,4,9\">{}{to}</assign>", of("x"));
        let later = |to: &str| format!("<assigndly loc=\"c,3,2,3,9\">{}{to}</assigndly>", of("x"));
        let element = |kind: &str, name: &str| {
            let (array, index) = (of(name), of("index"));
            format!("<{kind}>{array}{index}</{kind}>")
        };
        let [part, low] = ["part", "low"].map(|name| element("sel", name));
        let clocked = [
            later(&of("clocked")),
            later(&part),
            later(&format!("<concat>{}{low}</concat>", of("high"))),
            later(&element("arraysel", "memory")),
            later(&of("both")),
            "<taskref name=\"t\"/>".to_owned(),
            "<taskref name=\"u\" dotted=\"other\"/>".to_owned(),
        ];
        let netlist = format!(
            "<x><files><file id=\"c\" filename=\"top.sv\"/></files>\
             <netlist><module name=\"top\" topModule=\"1\">{}\
             <always><sentree/>{}</always><initial>{}</initial>\
             <contassign>{}{}</contassign>\
             <task name=\"t\"><var name=\"local\" dtype_id=\"1\"/>{}{}<funcref name=\"f\"/></task>\
             <func name=\"f\">{}<taskref name=\"t\"/></func><task name=\"u\">{}</task></module>\
             <typetable><basicdtype id=\"1\"/><unpackarraydtype id=\"2\" sub_dtype_id=\"1\"/>\
             </typetable></netlist></x>",
            names.map(variable).concat(),
            clocked.concat(),
            assign(&of("at_start")),
            of("x"),
            of("both"),
            assign(&of("by_task")),
            assign(&of("local")),
            assign(&of("by_function")),
            assign(&of("uncalled")),
        );
        let lines = survey(&netlist, false).unwrap().declarations;
        let marked: Vec<(&str, &str)> = lines
            .lines()
            .filter_map(|line| line.split_once("\t\tunsigned\t\t"))
            .collect();
        let expected = [
            ("top.clocked", "assigned:whole:top.sv:3"),
            ("top.part", "assigned:part:top.sv:3"),
            ("top.high", "assigned:whole:top.sv:3"),
            ("top.low", "assigned:part:top.sv:3"),
            ("top.by_task", "assigned:whole:top.sv:4"),
            ("top.by_function", "assigned:whole:top.sv:4"),
            ("top.both", "driven"),
        ];
        assert_eq!(marked, expected);
    }

    #[test]
    fn a_driver_elsewhere_drives_what_is_connected_there() {
        let netlist = "<netlist><module name=\"top\" topModule=\"1\">\
            <var name=\"v\" dtype_id=\"1\" public=\"true\"/>\
            <instance name=\"user\" defName=\"m\"><port name=\"p\"><varref name=\"used\"/></port></instance>\
            <instance name=\"used\" defName=\"bus\"/><instance name=\"other\" defName=\"bus\"/>\
            <begin name=\"loop[0]\"><var name=\"own\" dtype_id=\"1\" public=\"true\"/>\
            <contassign><varref name=\"own\"/><varref name=\"v\"/></contassign>\
            <contassign><varref name=\"v\"/><varref name=\"own\"/></contassign></begin>\
            <instance name=\"pair\" defName=\"leaf\"><range><const name=\"32'h0\"/>\
            <const name=\"32'sh1\"/></range></instance>\
            <func name=\"f\"><var name=\"aside\" dtype_id=\"1\" public=\"true\"/></func></module>\
            <module name=\"m\"><always><assign><varref name=\"x\"/>\
            <varxref name=\"ready\" dotted=\"p\"/></assign></always></module>\
            <module name=\"leaf\"><var name=\"d\" dir=\"input\" dtype_id=\"1\" public=\"true\"/></module>\
            <iface name=\"bus\"><var name=\"ready\" dtype_id=\"1\" public=\"true\"/></iface>\
            <typetable><basicdtype id=\"1\" name=\"logic\"/></typetable></netlist>";
        let lines = survey(netlist, true).unwrap().declarations;
        let driven = ["v", "loop[0].own", "used.ready", "pair[0].d", "pair[1].d"];
        let expected = driven.map(|it| format!("top.{it}\t\tunsigned\t\tdriven\n"));
        assert_eq!(lines, expected.concat());
    }

    #[test]
    fn what_has_no_bits_is_reported_by_what_it_is() {
        let names = ["q", "a", "s", "e", "h", "o"];
        let variables =
            names.map(|name| format!("<var name=\"{name}\" dtype_id=\"{name}\" public=\"true\"/>"));
        let netlist = format!(
            "<netlist><module name=\"top\" topModule=\"1\">{}</module><typetable>\
             <basicdtype id=\"real\" name=\"real\" signed=\"true\"/><basicdtype id=\"s\" name=\"string\"/>\
             <basicdtype id=\"e\" name=\"event\"/><queuedtype id=\"q\" sub_dtype_id=\"real\"/>\
             <classrefdtype id=\"h\"/><streamdtype id=\"o\"/>\
             <unpackarraydtype id=\"a\" sub_dtype_id=\"real\"><range><const name=\"32'hffffffff\"/>\
             <const name=\"32'h1\"/></range></unpackarraydtype></typetable></netlist>",
            variables.concat()
        );
        let lines = survey(&netlist, false).unwrap().declarations;
        let expected = "top.q\t\tunsigned\t\topaque:a queue\n\
            top.a\t[-1:1]\tunsigned\t\treal\n\
            top.s\t\tunsigned\t\tstring\n\
            top.e\t\tunsigned\t\topaque:an event\n\
            top.h\t\tunsigned\t\topaque:a handle of a class\n";
        assert_eq!(lines, expected);
    }

    #[test]
    fn a_structure_has_the_width_of_its_members() {
        let netlist = "<netlist><module name=\"top\" topModule=\"1\">\
            <var name=\"s\" dtype_id=\"5\" public=\"true\"/><var name=\"t\" dtype_id=\"7\" public=\"true\"/>\
            <var name=\"rows\" dtype_id=\"3\" public=\"true\"/></module><typetable>\
            <basicdtype id=\"1\" left=\"7\" right=\"0\"/><basicdtype id=\"2\" name=\"string\"/>\
            <packarraydtype id=\"3\" sub_dtype_id=\"1\"><range><const name=\"32'h1\"/><const name=\"32'h0\"/></range></packarraydtype>\
            <structdtype id=\"5\"><memberdtype id=\"8\" name=\"id\" sub_dtype_id=\"1\"/><memberdtype id=\"9\" name=\"rows\" sub_dtype_id=\"3\"/></structdtype>\
            <unpackarraydtype id=\"6\" sub_dtype_id=\"1\"/>\
            <structdtype id=\"7\"><memberdtype id=\"10\" name=\"row\" sub_dtype_id=\"6\"/></structdtype>\
            </typetable></netlist>";
        let lines = survey(netlist, false).unwrap().declarations;
        assert_eq!(
            lines,
            "top.s\t\tunsigned\t[23:0]\tstructure\n\
             top.s.id\t\tunsigned\t[7:0]\tmember:16\n\
             top.s.rows\t\tunsigned\t[15:0]\tmember:0\tpacked:0:[1:0][7:0]\n\
             top.t\t\tunsigned\t\tstructure\n\
             top.rows\t\tunsigned\t[15:0]\tpacked:0:[1:0][7:0]\n"
        );
    }

    #[test]
    fn a_variable_has_the_literals_of_what_its_types_name_means_in_its_module() {
        let variable = |name: &str, of: &str| {
            format!("<var name=\"{name}\" dtype_id=\"1\" vartype=\"{of}\" public=\"true\"/>")
        };
        let named = |name: &str| format!("<typedef name=\"{name}\" dtype_id=\"1\"/>");
        let literals = |name: &str, literals: &[(&str, &str)]| {
            let item = |(name, value): &(&str, &str)| {
                format!("<enumitem name=\"{name}\"><const name=\"{value}\"/></enumitem>")
            };
            let items: String = literals.iter().map(item).collect();
            format!(
                "<enumdtype id=\"{name}\" name=\"{name}\" sub_dtype_id=\"1\">{items}</enumdtype>"
            )
        };
        let netlist = [
            "<netlist><module name=\"top\" origName=\"top\" topModule=\"1\">",
            &named("own"),
            &variable("a", "own"),
            &variable("b", "of_package"),
            &variable("c", "of_both"),
            &variable("d", "of_a_block"),
            &variable("e", "no_enum"),
            &variable("f", "logic"),
            "<instance name=\"l\" defName=\"leaf__W2\"/></module>",
            "<module name=\"leaf__W2\" origName=\"leaf\">",
            &named("own"),
            &variable("a", "own"),
            "<begin name=\"g\">",
            &variable("b", "of_package"),
            &named("of_a_block"),
            &variable("d", "of_a_block"),
            "</begin></module><package name=\"p\">",
            &named("of_package"),
            &named("of_both"),
            &named("no_enum"),
            "</package><package name=\"$unit\" origName=\"__024unit\">",
            &named("of_both"),
            "</package><typetable><basicdtype id=\"1\" left=\"1\" right=\"0\"/>",
            &literals("top.own", &[("A", "2'h1"), ("B", "2'h2"), ("X", "2'bxx")]),
            &literals("leaf.own", &[("C", "2'sh0")]),
            &literals("leaf.of_a_block", &[("D", "2'h0")]),
            &literals("p::of_package", &[("E", "2'h0")]),
            &literals("p::of_both", &[("F", "2'h0")]),
            &literals("$unit::of_both", &[("F", "2'h1")]),
            "</typetable></netlist>",
        ];
        let lines = survey(&netlist.concat(), false).unwrap().declarations;
        assert_eq!(
            lines,
            "top.a\t\tunsigned\t[1:0]\tliteral:1:A\tliteral:2:B\n\
             top.b\t\tunsigned\t[1:0]\tliteral:0:E\n\
             top.l.a\t\tunsigned\t[1:0]\tliteral:0:C\n\
             top.l.g.b\t\tunsigned\t[1:0]\tliteral:0:E\n"
        );
    }

    #[test]
    fn what_is_no_netlist_is_an_error() {
        let error = survey("<verilator_xml><module/></verilator_xml>", false)
            .err()
            .unwrap();
        assert_eq!(error.to_string(), "`module` has no `name`");
        assert!(survey("<a></b>", false).is_err());
    }
}
