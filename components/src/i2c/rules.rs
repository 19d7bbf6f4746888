//! The rules of I²C, by name.

use crate::violation::Rule;

macro_rules! rules {
    ($($name:literal $demands:literal)*) => {
        &[$(Rule { name: $name, demands: $demands }),*]
    };
}

/// The rules of the checker, and of the bus.
///
/// ```
/// use verifork_components::i2c;
///
/// for rule in i2c::RULES {
///     println!("{}: {}", rule.name, rule.demands);
/// }
/// ```
pub const RULES: &[Rule] = rules! {
    "I2C_LINE_X" "what a design drives a line with is known"
    "I2C_OPEN_DRAIN" "no design drives a line to 1"
    "I2C_SDA_STABLE" "SDA changes while SCL is 1 only after whole bytes, as a start or a stop"
    "I2C_START_STOP" "no stop follows a start without a byte between them"
    "I2C_LAST_NACK" "the last byte of a read is not acknowledged"
    "I2C_SCL_FREE" "SCL does not fall while the bus is free"
    "I2C_tHD;STA" "SCL falls no sooner after a start than tHD;STA"
    "I2C_tSU;STA" "a repeated start comes no sooner after the rise of SCL than tSU;STA"
    "I2C_tSU;STO" "a stop comes no sooner after the rise of SCL than tSU;STO"
    "I2C_tBUF" "a start comes no sooner after a stop than tBUF"
    "I2C_tLOW" "SCL is 0 for tLOW"
    "I2C_tHIGH" "SCL is 1 for tHIGH"
    "I2C_fSCL" "from one rise of SCL to the next it is 1/fSCL"
    "I2C_tSU;DAT" "SDA does not change for tSU;DAT before SCL rises"
    "I2C_tHD;DAT" "SDA does not change for tHD;DAT after SCL has fallen"
    "I2C_tVD;DAT" "a data bit is on SDA no later after SCL has fallen than tVD;DAT, unless the clock is stretched"
    "I2C_tVD;ACK" "the same of an acknowledge and tVD;ACK"
    "I2C_SCL_LOW_MAX" "SCL is 0 for no longer than `max_low`, if that is set"
    "I2C_ALL_DONE_EOS" "at the end the bus is free"
};
