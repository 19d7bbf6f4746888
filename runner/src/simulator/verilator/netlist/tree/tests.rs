use super::*;

fn declarations(json: &str, files: &str, of_all: bool) -> io::Result<String> {
    Ok(survey(json, files, of_all, &Names::default())?.declarations)
}

const NAMES: &str = r#"{"files":{"d":{"filename":"top.sv","realpath":"/top.sv"}},"pointers":{}}"#;

#[test]
fn what_is_written_without_a_wait_is_driven_and_the_rest_assigned() {
    let variable = |name: &str, direction: &str| {
        format!(
            r#"{{"type":"VAR","name":"{name}","addr":"({name})","direction":"{direction}","isSigPublic":true}}"#
        )
    };
    let of = |name: &str, access: &str| {
        format!(r#"{{"type":"VARREF","loc":"d,7:4,7:9","access":"{access}","varp":"({name})"}}"#)
    };
    let assign = |name: &str| {
        let (to, from) = (of(name, "WR"), of("a", "RD"));
        format!(r#"{{"type":"ASSIGN","rhsp":[{from}],"lhsp":[{to}]}}"#)
    };
    let always = |keyword: &str, waits: &str, name: &str| {
        let statements = assign(name);
        format!(
            r#"{{"type":"ALWAYS","keyword":"{keyword}","sentreep":[{waits}],"stmtsp":[{statements}]}}"#
        )
    };
    let nodes = [
        variable("a", "INPUT"),
        variable("wire", "NONE"),
        variable("comb", "NONE"),
        variable("clocked", "NONE"),
        variable("toggles", "NONE"),
        variable("at_start", "NONE"),
        variable("part", "NONE"),
        variable("by_task", "NONE"),
        variable("by_function", "NONE"),
        variable("uncalled", "NONE"),
        variable("from_leaf", "NONE"),
        variable("pulled", r#"NONE","varType":"TRI1"#),
        always("cont_assign", "", "wire"),
        always("always_comb", "", "comb"),
        always("always", r#"{"type":"SENTREE"}"#, "clocked"),
        format!(r#"{{"type":"INITIAL","stmtsp":[{}]}}"#, assign("at_start")),
        r#"{"type":"ALWAYS","keyword":"always_comb","stmtsp":[{"type":"TASKREF","taskp":"(t)"}]}"#
            .to_owned(),
        format!(
            r#"{{"type":"ALWAYS","keyword":"always_ff","stmtsp":[{{"type":"ASSIGNDLY","lhsp":[{{"type":"SEL","fromp":[{}]}}]}}]}}"#,
            of("part", "WR")
        ),
        format!(
            r#"{{"type":"TASK","addr":"(t)","stmtsp":[{},{{"type":"FUNCREF","taskp":"(f)"}}]}}"#,
            assign("by_task")
        ),
        format!(
            r#"{{"type":"FUNC","addr":"(f)","stmtsp":[{},{{"type":"TASKREF","taskp":"(t)"}}]}}"#,
            assign("by_function")
        ),
        format!(
            r#"{{"type":"TASK","addr":"(u)","stmtsp":[{}]}}"#,
            assign("uncalled")
        ),
        format!(
            r#"{{"type":"ALWAYS","keyword":"always","stmtsp":[{{"type":"DELAY","stmtsp":[{}]}}]}}"#,
            assign("toggles")
        ),
        format!(
            r#"{{"type":"GENBLOCK","name":"lane[0]","itemsp":[{{"type":"CELL","name":"u","modp":"(LEAF)","pinsp":[{{"type":"PIN","exprp":[{}]}}]}}]}}"#,
            of("from_leaf", "WR")
        ),
    ];
    let top = nodes.join(",");
    let json = format!(
        r#"{{"type":"NETLIST","modulesp":[
                {{"type":"MODULE","name":"top","addr":"(TOP)","level":1,"stmtsp":[{top}]}},
                {{"type":"MODULE","name":"leaf","addr":"(LEAF)","level":2,"stmtsp":[{}]}}]}}"#,
        variable("d", "INPUT")
    );
    let lines = declarations(&json, NAMES, false).unwrap();
    let drivers: Vec<(&str, &str)> = lines
        .lines()
        .map(|line| line.split_once("\t\t\t\t").unwrap())
        .collect();
    let expected = [
        ("top.wire", "driven"),
        ("top.comb", "driven"),
        ("top.clocked", "assigned:whole:top.sv:7"),
        ("top.toggles", "assigned:whole:top.sv:7"),
        ("top.part", "assigned:part:top.sv:7"),
        ("top.by_task", "assigned:whole:top.sv:7"),
        ("top.by_function", "assigned:whole:top.sv:7"),
        ("top.from_leaf", "driven"),
        ("top.pulled", "driven"),
        ("top.lane[0].u.d", "driven"),
    ];
    assert_eq!(drivers, expected);
    let without_names = declarations(&json, "", false).unwrap();
    assert!(without_names.contains("top.clocked\t\t\t\tassigned:whole:\n"));
    assert!(declarations("{}", NAMES, false).is_err() && declarations("", NAMES, false).is_err());
}

#[test]
fn names_are_those_of_the_source_whatever_their_letters() {
    let variable = |name: &str| {
        format!(
            r#"{{"type":"VAR","name":"mangled","verilogName":"{name}","varType":"TRI1","isSigPublic":true}}"#
        )
    };
    let names = [
        r"plain",
        r"\\caf\350 ",
        r"\\\303\251t\303\251 ",
        r"\\a\\350 ",
    ];
    let json = format!(
        r#"{{"type":"NETLIST","modulesp":[{{"type":"MODULE","name":"top","addr":"(T)","level":1,"stmtsp":[{}]}}]}}"#,
        names.map(variable).join(",")
    );
    let lines = declarations(&json, NAMES, false).unwrap();
    let names: Vec<&str> = lines
        .lines()
        .filter_map(|it| it.split('\t').next())
        .collect();
    assert_eq!(names, ["top.plain", "top.cafè", "top.été", r"top.a\350"]);
}

#[test]
fn a_variable_and_an_array_have_the_literals_of_their_type() {
    let json = r#"{"type":"NETLIST","modulesp":[{"type":"MODULE","name":"top","addr":"(T)","level":1,"stmtsp":[
                {"type":"VAR","name":"s","dtypep":"(1)","isSigPublic":true},
                {"type":"VAR","name":"array","dtypep":"(2)","isSigPublic":true},
                {"type":"VAR","name":"packed","dtypep":"(3)","isSigPublic":true},
                {"type":"VAR","name":"hidden","dtypep":"(1)"}]}],
            "miscsp":[{"type":"TYPETABLE","typesp":[
                {"type":"REFDTYPE","addr":"(1)","refDTypep":"(4)"},
                {"type":"UNPACKARRAYDTYPE","addr":"(2)","refDTypep":"(1)"},
                {"type":"PACKARRAYDTYPE","addr":"(3)","refDTypep":"(1)"},
                {"type":"BASICDTYPE","addr":"(5)","keyword":"logic","range":"1:0"},
                {"type":"ENUMDTYPE","addr":"(4)","refDTypep":"(5)","itemsp":[
                    {"type":"ENUMITEM","name":"IDLE","valuep":[{"type":"CONST","name":"2'h0"}]},
                    {"type":"ENUMITEM","name":"NEVER","valuep":[{"type":"CONST","name":"2'bxx"}]},
                    {"type":"ENUMITEM","name":"DONE","valuep":[{"type":"CONST","name":"2'h3"}]}]}]}]}"#;
    assert_eq!(
        declarations(json, NAMES, false).unwrap(),
        "top.s\t\tunsigned\t[1:0]\tliteral:0:IDLE\tliteral:3:DONE\n\
             top.array\t\tunsigned\t[1:0]\tliteral:0:IDLE\tliteral:3:DONE\n"
    );
}

#[test]
fn types_and_instances_are_those_of_the_tree() {
    let variable = |name: &str, of: &str| {
        format!(
            r#"{{"type":"VAR","name":"{name}","addr":"({name})","dtypep":"({of})","direction":"NONE","isSigPublic":true}}"#
        )
    };
    let member = |name: &str, of: &str| {
        format!(
            r#"{{"type":"MEMBERDTYPE","name":"{name}","addr":"({name}.{of})","refDTypep":"({of})"}}"#
        )
    };
    let bound =
        |key: &str, digits: &str| format!(r#""{key}":[{{"type":"CONST","name":"32'sh{digits}"}}]"#);
    let types = [
        r#"{"type":"BASICDTYPE","addr":"(byte)","keyword":"byte","range":"7:0","signed":true}"#.to_owned(),
        r#"{"type":"QUEUEDTYPE","addr":"(queue)"}"#.to_owned(),
        r#"{"type":"UNPACKARRAYDTYPE","addr":"(array)","refDTypep":"(queue)","declRange":"[3:-1]"}"#.to_owned(),
        format!(
            r#"{{"type":"STRUCTDTYPE","addr":"(packed)","packed":true,"membersp":[{},{}]}}"#,
            member("high", "byte"),
            member("either", "union")
        ),
        format!(
            r#"{{"type":"UNIONDTYPE","addr":"(union)","packed":true,"membersp":[{},{}]}}"#,
            member("one", "byte"),
            member("other", "byte")
        ),
        format!(
            r#"{{"type":"STRUCTDTYPE","addr":"(loose)","membersp":[{}]}}"#,
            member("inside", "packed")
        ),
    ];
    let (left, right) = (bound("leftp", "1"), bound("rightp", "ffffffff"));
    let json = format!(
        r#"{{"type":"NETLIST","modulesp":[
                {{"type":"MODULE","name":"top","addr":"(TOP)","level":1,"stmtsp":[{},{},{},
                    {{"type":"CELL","name":"pair","modp":"(IF)","rangep":[{{"type":"RANGE",{left},{right}}}]}}]}},
                {{"type":"IFACE","name":"bus","addr":"(IF)","level":2,"stmtsp":[{}]}}],
              "miscsp":[{{"type":"TYPETABLE","typesp":[{}]}}]}}"#,
        variable("queues", "array"),
        variable("packed", "packed"),
        variable("loose", "loose"),
        variable("data", "byte"),
        types.join(",")
    );
    let of_packed = |path: &str| {
        format!(
            "{path}.high\t\tsigned\t[7:0]\tmember:8\n\
                 {path}.either\t\tunsigned\t[7:0]\tstructure\tmember:0\n\
                 {path}.either.one\t\tsigned\t[7:0]\tmember:0\n\
                 {path}.either.other\t\tsigned\t[7:0]\tmember:0\n"
        )
    };
    let expected = format!(
        "top.queues\t[3:-1]\tunsigned\t\topaque:a queue\n\
             top.packed\t\tunsigned\t[15:0]\tstructure\n{}\
             top.loose\t\tunsigned\t\tstructure\n\
             top.loose.inside\t\tunsigned\t[15:0]\tstructure\n{}\
             top.pair[-1].data\t\tsigned\t[7:0]\n\
             top.pair[0].data\t\tsigned\t[7:0]\n\
             top.pair[1].data\t\tsigned\t[7:0]\n",
        of_packed("top.packed"),
        of_packed("top.loose.inside")
    );
    assert_eq!(declarations(&json, NAMES, false).unwrap(), expected);
}

/// A concatenation of many parts is a chain of nodes, each below the one before.
#[test]
fn expressions_may_be_as_deep_as_the_source_has_them() {
    const DEPTH: usize = 20_000;
    let json = format!(
        r#"{{"type":"NETLIST","modulesp":[{{"type":"MODULE","name":"top","addr":"(TOP)","level":1,"stmtsp":[
                {{"type":"VAR","name":"q","addr":"(q)","direction":"NONE","isSigPublic":true}},
                {{"type":"ASSIGNW","lhsp":[{{"type":"VARREF","access":"WR","varp":"(q)"}}],"rhsp":[{}{}]}}]}}]}}"#,
        r#"{"type":"CONCAT","lhsp":["#.repeat(DEPTH),
        "]}".repeat(DEPTH)
    );
    assert_eq!(
        declarations(&json, NAMES, false).unwrap(),
        "top.q\t\t\t\tdriven\n"
    );
}
