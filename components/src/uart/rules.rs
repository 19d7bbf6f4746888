//! The rules of a UART's line, by name.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::uart;
///
/// for rule in uart::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "UART_LINE_X" "the line is 0 or 1"
    "UART_GLITCH" "no level lasts for less than half a bit"
    "UART_BIT_TIME" "the line changes only where a bit ends, within the tolerance"
    "UART_PARITY" "the parity bit is that of the data"
    "UART_STOP" "the line is 1 in the stop bits"
    "UART_STOP_LENGTH" "the next character begins after the stop bits"
    "UART_BREAK" "there is no break, if `no_breaks` says so"
    "UART_BREAK_MARK" "the line is 1 for a bit after a break"
    "UART_CTS" "no character begins a bit or more after CTS has become inactive, if `cts_low` or `cts_high` names it"
    "UART_IDLE_RESET" "the line is 1 when a reset ends"
    "UART_ALL_DONE_EOS" "at the end no character is under way"
};
