//! The rules of SPI, by name.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker.
///
/// ```
/// use verifork_components::spi;
///
/// for rule in spi::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "SPI_CS_X" "the selects are 0 or 1"
    "SPI_SCLK_X" "SCLK is 0 or 1 while a peripheral is selected"
    "SPI_MOSI_X" "MOSI is known when it is sampled"
    "SPI_MISO_X" "MISO is known when it is sampled, from `miso_from_word` on"
    "SPI_CS_ONE" "no two peripherals are selected"
    "SPI_SCLK_IDLE" "SCLK is at CPOL when a peripheral is selected, and when it is no more"
    "SPI_SCLK_SELECTED" "SCLK does not change while nothing is selected"
    "SPI_SCLK_HIGH" "SCLK is 1 for as long as `sclk_high` says"
    "SPI_SCLK_LOW" "SCLK is 0 for as long as `sclk_low` says"
    "SPI_CS_SETUP" "a select comes before the first edge of SCLK, by `select_setup`"
    "SPI_CS_HOLD" "a select stays after the last edge of SCLK, for `select_hold`"
    "SPI_CS_HIGH" "between two transfers nothing is selected for `gap`"
    "SPI_MOSI_SETUP" "MOSI does not change for `setup` before it is sampled"
    "SPI_MOSI_HOLD" "MOSI does not change when it is sampled, and for `hold` after it"
    "SPI_MISO_SETUP" "MISO does not change for `setup` before it is sampled"
    "SPI_MISO_HOLD" "MISO does not change when it is sampled, and for `hold` after it"
    "SPI_WHOLE_WORDS" "a transfer has one or more whole words"
    "SPI_ALL_DONE_EOS" "at the end nothing is selected"
};
