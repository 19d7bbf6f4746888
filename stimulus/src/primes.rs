//! Prime factors of 64-bit numbers, found by the same steps on every machine.

/// Divisors below this are tried one by one.
const SMALL: u64 = 256;
/// With these witnesses, the test for primes is exact for all 64-bit numbers (Sorenson, Webster 2017).
const WITNESSES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
/// The number of steps between two computations of a common divisor.
const BATCH: u64 = 64;

/// Adds the prime factors of a number that is not 0, with their multiplicities.
pub(crate) fn add_factors(mut number: u64, factors: &mut Vec<(u64, u32)>) {
    for divisor in (2..4).chain((5..SMALL).step_by(2)) {
        while number.is_multiple_of(divisor) {
            add(divisor, factors);
            number /= divisor;
        }
    }
    let mut pending = vec![number];
    while let Some(number) = pending.pop() {
        if number == 1 {
        } else if number < SMALL * SMALL || is_prime(number) {
            add(number, factors);
        } else {
            let divisor = divisor(number);
            pending.extend([divisor, number / divisor]);
        }
    }
}

fn add(prime: u64, factors: &mut Vec<(u64, u32)>) {
    match factors.iter_mut().find(|(known, _)| *known == prime) {
        Some((_, count)) => *count += 1,
        None => factors.push((prime, 1)),
    }
}

fn multiply(left: u64, right: u64, modulus: u64) -> u64 {
    if modulus <= 1 << 32 {
        left * right % modulus
    } else {
        (u128::from(left) * u128::from(right) % u128::from(modulus)) as u64
    }
}

/// Whether an odd number above all witnesses is prime: the Miller-Rabin test.
fn is_prime(number: u64) -> bool {
    let zeros = (number - 1).trailing_zeros();
    WITNESSES.iter().all(|&witness| {
        let (mut power, mut base, mut exponent) = (1, witness, (number - 1) >> zeros);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = multiply(power, base, number);
            }
            base = multiply(base, base, number);
            exponent >>= 1;
        }
        if power == 1 {
            return true;
        }
        for _ in 0..zeros {
            if power == number - 1 {
                return true;
            }
            power = multiply(power, power, number);
        }
        false
    })
}

fn common_divisor(mut one: u64, mut other: u64) -> u64 {
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// A proper divisor of a number that is not prime: Pollard's rho with Brent's cycle detection.
fn divisor(number: u64) -> u64 {
    for increment in 1.. {
        let next = |value: u64| {
            let square = multiply(value, value, number);
            ((u128::from(square) + increment) % u128::from(number)) as u64
        };
        let (mut ahead, mut length) = (2, 1);
        'cycle: loop {
            let start = ahead;
            let mut left = length;
            while left > 0 {
                let batch = left.min(BATCH);
                let (before, mut product) = (ahead, 1);
                for _ in 0..batch {
                    ahead = next(ahead);
                    product = multiply(product, start.abs_diff(ahead), number);
                }
                left -= batch;
                if common_divisor(number, product) == 1 {
                    continue;
                }
                // The divisor is somewhere in this batch.
                ahead = before;
                loop {
                    ahead = next(ahead);
                    match common_divisor(number, start.abs_diff(ahead)) {
                        1 => {}
                        found if found == number => break 'cycle,
                        found => return found,
                    }
                }
            }
            length *= 2;
        }
    }
    unreachable!("some increment leads to a divisor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_the_products_of_their_factors_which_are_prime() {
        let large = [
            u64::MAX,
            u64::MAX - 58,
            4_294_967_291 * 4_294_967_279,
            4_294_967_291 * 4_294_967_291,
            65_521 * 65_521 * 65_519 * 65_519,
            2_147_483_647 * 2_147_483_629,
            3_215_031_751,
            3_825_123_056_546_413_051,
            1 << 63,
            257 * 257 * 257,
        ];
        let mut mixed = crate::draw::SplitMix64(7);
        let random: Vec<u64> = (0..200).map(|bits| mixed.next() >> (bits % 60)).collect();
        for number in (1..5000).chain(large).chain(random) {
            let mut factors = Vec::new();
            add_factors(number.max(1), &mut factors);
            let product: u128 = factors
                .iter()
                .map(|&(prime, count)| u128::from(prime).pow(count))
                .product();
            assert_eq!(product, u128::from(number.max(1)));
            for (prime, _) in factors {
                let smaller = (2..1000).take_while(|it| it * it <= prime);
                assert!(
                    smaller.clone().all(|it| prime % it != 0),
                    "{number}: {prime}"
                );
                assert!(prime < 1_000_000 || is_prime(prime), "{number}: {prime}");
            }
        }
    }
}
