//! Recognizes clocks and resets by their names.

/// The presumed purpose of a port of one bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Clock,
    Reset { active_low: bool },
    Other,
}

impl Purpose {
    /// The purpose that a name suggests; `others` are the names of the other ports.
    pub(crate) fn of(name: &str, others: &[&str]) -> Purpose {
        let words = words(name);
        if words.iter().any(|word| QUALIFIERS.contains(&word.as_str())) {
            return Purpose::Other;
        }
        // `ui_clk_sync_rst` is the reset of a clock.
        for (at, word) in words.iter().enumerate() {
            let before = at.checked_sub(1).map(|at| words[at].as_str());
            let beside = before.is_some_and(|word| ["n", "not", "x"].contains(&word))
                || words[at + 1..]
                    .iter()
                    .any(|word| MARKS.contains(&word.as_str()));
            // Alone it is a result.
            let short = (word == "res" && beside).then_some(Reset {
                low: true,
                by_letter_b: false,
            });
            let Some(Reset { low, by_letter_b }) = reset(word).or(short) else {
                continue;
            };
            // The reset of port B, beside that of port A.
            let of_port_b = by_letter_b && {
                let of_port_a = name.len() - 1;
                name.is_char_boundary(of_port_a)
                    && others.iter().any(|other| {
                        other.eq_ignore_ascii_case(&format!("{}a", &name[..of_port_a]))
                    })
            };
            return Purpose::Reset {
                active_low: (low && !of_port_b) || beside,
            };
        }
        if words.iter().any(|word| is_clock(word)) {
            return Purpose::Clock;
        }
        Purpose::Other
    }
}

/// Words that make something else of a clock or a reset: `clk_en`, `rst_done`.
const QUALIFIERS: [&str; 47] = [
    "en", "ena", "enable", "enabled", "ce", "sel", "select", "div", "divider", "gate", "gated",
    "valid", "vld", "rdy", "ready", "ok", "good", "lock", "locked", "req", "request", "ack",
    "done", "cnt", "count", "mode", "stop", "stretch", "pol", "polarity", "phase", "cfg", "config",
    "dis", "disable", "fail", "lost", "detect", "det", "period", "edge", "err", "error", "status",
    "busy", "value", "val",
];

/// Words after a reset's that say that it is active at 0: `rst_n`, `rst_ni`, `rst_an`, `rst_b`.
const MARKS: [&str; 17] = [
    "n", "ni", "nin", "an", "sn", "na", "ns", "b", "bi", "l", "low", "al", "bar", "neg", "inv",
    "x", "z",
];

/// The words of a name, in lower case and without numbers: `sysClk_2` is `sys`, `clk`.
fn words(name: &str) -> Vec<String> {
    let words = split(name).into_iter().map(|word| plain(&word));
    words.filter(|word| !word.is_empty()).collect()
}

/// The words of a name, in lower case: `sysClk_2` is `sys`, `clk`, `2`.
pub(super) fn split(name: &str) -> Vec<String> {
    let (mut words, mut previous) = (vec![String::new()], '_');
    for c in name.chars() {
        let begins = c.is_ascii_uppercase() && previous.is_ascii_lowercase();
        if begins || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
        previous = c;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// A word without what its number counts, and without how fast a clock is.
pub(super) fn plain(word: &str) -> String {
    let word: String = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    let unit = ["mhz", "khz", "hz"];
    let cut = unit.iter().find_map(|unit| word.strip_suffix(unit));
    cut.map_or(word.clone(), str::to_owned)
}

fn is_clock(word: &str) -> bool {
    // `clkin`, `clki`, and `clka` of a memory with two.
    let word = ["in", "i", "p", "a", "b", "x"]
        .iter()
        .find_map(|end| word.strip_suffix(end).filter(|rest| ends_like_clock(rest)))
        .unwrap_or(word);
    ends_like_clock(word) || ["ck", "tck", "sck", "mck", "bck", "lrck", "xck"].contains(&word)
}

fn ends_like_clock(word: &str) -> bool {
    word.ends_with("clk") || word.ends_with("clock")
}

struct Reset {
    low: bool,
    /// Low by the letter `b` at its end alone.
    by_letter_b: bool,
}

/// Beginnings that say which reset it is: asynchronous, of a bus, of a part.
const KINDS: [&str; 46] = [
    "", "a", "s", "p", "h", "m", "g", "c", "i", "t", "f", "sys", "po", "por", "ndm", "core",
    "async", "sync", "global", "glb", "glbl", "main", "master", "cpu", "soc", "dbg", "ext", "pwr",
    "pll", "usb", "eth", "tx", "rx", "axi", "apb", "ahb", "bus", "pix", "mem", "ddr", "hw", "sw",
    "hard", "soft", "warm", "cold",
];

/// Whether a word is a reset's, and at which level.
fn reset(word: &str) -> Option<Reset> {
    if ["por", "porn", "mrst", "mrstn", "nres", "resn", "xres"].contains(&word) {
        return Some(Reset {
            low: word.ends_with('n') || word.ends_with("res"),
            by_letter_b: false,
        });
    }
    let stems = ["reset", "rst", "clear", "clr"];
    let (kind, end) = stems.iter().find_map(|stem| {
        let (kind, end) = word.split_once(stem)?;
        let low = kind.strip_prefix(['n', 'x']).or(kind.strip_suffix('n'));
        let known = |kind: &str| KINDS.contains(&kind);
        (known(kind) || low.is_some_and(known)).then_some((kind, end))
    })?;
    // An asynchronous preset sets.
    if kind == "p" && end.is_empty() && word.ends_with("reset") {
        return None;
    }
    let low_before = !KINDS.contains(&kind);
    let low_after = [
        "n", "ni", "nin", "an", "sn", "b", "bi", "l", "bar", "low", "neg", "x", "z",
    ]
    .contains(&end);
    let plain = ["", "i", "in", "a", "s", "p", "h", "sync", "async"].contains(&end);
    (low_after || plain).then_some(Reset {
        low: low_before || low_after,
        by_letter_b: !low_before && end == "b",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str) -> Purpose {
        Purpose::of(name, &[])
    }

    #[test]
    fn clocks_are_known_by_their_usual_names() {
        for name in [
            "clk",
            "CLK",
            "s_axi_aclk",
            "clk_i",
            "sysclk",
            "aclk",
            "clock",
            "sys_clk",
            "i_clk",
            "clk2",
            "clk_in",
            "CLK100MHZ",
            "clk_50",
            "sysClk",
            "Clock50",
            "pclk",
            "HCLK",
            "mclk",
            "clkin",
            "clka",
            "tx_clk",
            "clk_p",
            "ck",
            "tck",
            "wrclk",
            "iCLK",
            "clock_in",
            "ref_clk",
        ] {
            assert_eq!(of(name), Purpose::Clock, "{name}");
        }
        for name in [
            "clken",
            "block",
            "data",
            "clk_en",
            "clk_sel",
            "clock_enable",
            "clk_div",
            "lock",
            "clk_valid",
            "tick",
            "pick",
            "check",
            "blk",
            "ack",
        ] {
            assert_eq!(of(name), Purpose::Other, "{name}");
        }
    }

    #[test]
    fn resets_are_active_at_the_level_that_their_names_tell() {
        for name in [
            "rst",
            "reset",
            "areset",
            "arst",
            "rst_i",
            "i_rst",
            "srst",
            "sys_rst",
            "rst_in",
            "RST",
            "Reset",
            "sysReset",
            "async_rst",
            "rst2",
            "por",
            "aclr",
            "reset_i",
            "rst_sync",
            "clr",
            "clk_rst",
            "ui_clk_sync_rst",
            "rst_sys_clk",
            "ndmreset",
        ] {
            assert_eq!(of(name), Purpose::Reset { active_low: false }, "{name}");
        }
        for name in [
            "rst_n",
            "rst_ni",
            "arst_n",
            "rst_b",
            "rst_an",
            "aresetn",
            "nreset",
            "resetb",
            "RST_N",
            "nrst",
            "n_reset",
            "rst_n_i",
            "rstn",
            "rstn_i",
            "areset_n",
            "nRst",
            "rstN",
            "HRESETn",
            "PRESETn",
            "s_axi_aresetn",
            "rst_bar",
            "i_rst_n",
            "reset_l",
            "xrst",
            "rstb",
            "arst_ni",
            "trst_n",
            "rst_n_a",
            "por_n",
            "ARESETN",
            "resetn",
            "rst_nin",
            "sys_rst_n",
            "clrn",
            "rst_n2",
            "reset_n_0",
            "narst",
            "rstni",
            "hresetn",
            "aclr_n",
            "rst_sn",
            "rst_async_n",
            "aresetn_i",
            "rst_active_low",
            "resetlow",
            "rst_neg",
            "rst_x",
            "resetz",
            "res_n",
            "nRes",
            "resn",
            "rst_al",
            "rst_inv",
            "nPORESET",
            "PORESETn",
            "clk_rst_n",
        ] {
            assert_eq!(of(name), Purpose::Reset { active_low: true }, "{name}");
        }
        for name in [
            "first",
            "burst",
            "preset",
            "rst_done",
            "reset_value",
            "worst",
            "thirst",
            "rstate",
            "clear_count",
            "rst_req",
            "portn",
            "res",
            "res_valid",
            "resx",
        ] {
            assert_eq!(of(name), Purpose::Other, "{name}");
        }
    }

    #[test]
    fn the_reset_of_port_b_beside_that_of_port_a_is_active_high() {
        let others = ["clka", "rsta", "clkb", "rstb"];
        assert_eq!(
            Purpose::of("rstb", &others),
            Purpose::Reset { active_low: false }
        );
        assert_eq!(
            Purpose::of("rstb", &["clk"]),
            Purpose::Reset { active_low: true }
        );
    }
}
