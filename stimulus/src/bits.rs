//! Arithmetic on numbers whose bits are functions of variables, for both diagrams and clauses.

/// The budget of nodes, literals or steps is exhausted.
#[derive(Debug)]
pub(crate) struct Full;

/// Builds functions of bits.
pub(crate) trait Gates {
    type Bit: Copy + PartialEq;

    fn constant(&self, value: bool) -> Self::Bit;
    fn not(&self, bit: Self::Bit) -> Self::Bit;
    fn and(&mut self, left: Self::Bit, right: Self::Bit) -> Result<Self::Bit, Full>;
    fn xor(&mut self, left: Self::Bit, right: Self::Bit) -> Result<Self::Bit, Full>;

    fn or(&mut self, left: Self::Bit, right: Self::Bit) -> Result<Self::Bit, Full> {
        let neither = self.and(self.not(left), self.not(right))?;
        Ok(self.not(neither))
    }

    fn select(
        &mut self,
        condition: Self::Bit,
        yes: Self::Bit,
        no: Self::Bit,
    ) -> Result<Self::Bit, Full> {
        if yes == no {
            return Ok(yes);
        }
        let yes = self.and(condition, yes)?;
        let no = self.and(self.not(condition), no)?;
        self.or(yes, no)
    }
}

/// A number, least significant bit first, in two's complement if it is signed. Without bits, it is 0.
#[derive(Clone, Debug)]
pub(crate) struct Vector<B> {
    pub(crate) bits: Vec<B>,
    pub(crate) signed: bool,
}

impl<B: Copy + PartialEq> Vector<B> {
    /// The value of all bits above the last one.
    fn sign<G: Gates<Bit = B>>(&self, gates: &G) -> B {
        match self.bits.last() {
            Some(&bit) if self.signed => bit,
            _ => gates.constant(false),
        }
    }

    pub(crate) fn bit<G: Gates<Bit = B>>(&self, gates: &G, index: usize) -> B {
        self.bits
            .get(index)
            .copied()
            .unwrap_or_else(|| self.sign(gates))
    }

    /// The lowest bits: the number modulo 2^width.
    pub(crate) fn low<G: Gates<Bit = B>>(&self, gates: &G, width: usize) -> Vec<B> {
        (0..width).map(|index| self.bit(gates, index)).collect()
    }

    /// Its width in two's complement.
    fn signed_width(&self) -> usize {
        self.bits.len() + usize::from(!self.signed)
    }
}

/// The sum modulo 2^width of two numbers of that width.
pub(crate) fn add<G: Gates>(
    gates: &mut G,
    left: &[G::Bit],
    right: &[G::Bit],
    mut carry: G::Bit,
) -> Result<Vec<G::Bit>, Full> {
    let mut sum = Vec::with_capacity(left.len());
    for (&left, &right) in left.iter().zip(right) {
        let half = gates.xor(left, right)?;
        sum.push(gates.xor(half, carry)?);
        carry = gates.select(half, carry, left)?;
    }
    Ok(sum)
}

pub(crate) fn subtract<G: Gates>(
    gates: &mut G,
    left: &[G::Bit],
    right: &[G::Bit],
) -> Result<Vec<G::Bit>, Full> {
    let inverted: Vec<_> = right.iter().map(|&bit| gates.not(bit)).collect();
    let one = gates.constant(true);
    add(gates, left, &inverted, one)
}

fn negate_if<G: Gates>(
    gates: &mut G,
    condition: G::Bit,
    number: &[G::Bit],
) -> Result<Vec<G::Bit>, Full> {
    let mut flipped = Vec::with_capacity(number.len());
    for &bit in number {
        flipped.push(gates.xor(bit, condition)?);
    }
    let zero = vec![gates.constant(false); number.len()];
    add(gates, &flipped, &zero, condition)
}

/// The product modulo 2^width of two numbers of that width.
pub(crate) fn multiply<G: Gates>(
    gates: &mut G,
    left: &[G::Bit],
    right: &[G::Bit],
) -> Result<Vec<G::Bit>, Full> {
    let no = gates.constant(false);
    let width = left.len();
    let mut product = vec![no; width];
    for (shift, &factor) in right.iter().enumerate() {
        if factor == no {
            continue;
        }
        let mut row = vec![no; shift];
        for &bit in &left[..width - shift] {
            row.push(gates.and(bit, factor)?);
        }
        product = add(gates, &product, &row, no)?;
    }
    Ok(product)
}

/// Quotient and remainder as in Rust, rounded to zero, modulo 2^width. The divisor is not zero.
pub(crate) fn divide<G: Gates>(
    gates: &mut G,
    left: &Vector<G::Bit>,
    right: &Vector<G::Bit>,
    width: usize,
) -> Result<[Vec<G::Bit>; 2], Full> {
    let (left_sign, right_sign) = (left.sign(gates), right.sign(gates));
    let numerator = left.low(gates, left.signed_width());
    let numerator = negate_if(gates, left_sign, &numerator)?;
    let divisor = right.low(gates, right.signed_width());
    let divisor = negate_if(gates, right_sign, &divisor)?;

    let no = gates.constant(false);
    let places = divisor.len() + 1;
    let mut wide_divisor = divisor;
    wide_divisor.push(no);
    let mut rest = vec![no; places];
    let mut quotient = vec![no; numerator.len()];
    for index in (0..numerator.len()).rev() {
        rest.pop();
        rest.insert(0, numerator[index]);
        let smaller = less(gates, &rest, &wide_divisor, false)?;
        let fits = gates.not(smaller);
        let difference = subtract(gates, &rest, &wide_divisor)?;
        for (bit, &reduced) in rest.iter_mut().zip(&difference) {
            *bit = gates.select(fits, reduced, *bit)?;
        }
        quotient[index] = fits;
    }
    let extend = |mut bits: Vec<G::Bit>| {
        bits.resize(width.max(bits.len()) + 1, no);
        bits
    };
    let opposite = gates.xor(left_sign, right_sign)?;
    let mut quotient = negate_if(gates, opposite, &extend(quotient))?;
    let mut rest = negate_if(gates, left_sign, &extend(rest))?;
    quotient.truncate(width);
    rest.truncate(width);
    Ok([quotient, rest])
}

/// `left << by`, in `width` bits.
pub(crate) fn shift_left<G: Gates>(
    gates: &mut G,
    left: &Vector<G::Bit>,
    by: &[G::Bit],
    width: usize,
) -> Result<Vec<G::Bit>, Full> {
    let no = gates.constant(false);
    let mut shifted = left.low(gates, width);
    for (place, &bit) in by.iter().enumerate() {
        if bit == no {
            continue;
        }
        let distance = 1_usize.checked_shl(place as u32).unwrap_or(usize::MAX);
        for index in (0..width).rev() {
            let from = index.checked_sub(distance).map_or(no, |from| shifted[from]);
            shifted[index] = gates.select(bit, from, shifted[index])?;
        }
    }
    Ok(shifted)
}

/// `left >> by`, rounded down.
pub(crate) fn shift_right<G: Gates>(
    gates: &mut G,
    left: &Vector<G::Bit>,
    by: &[G::Bit],
) -> Result<Vec<G::Bit>, Full> {
    let (no, sign) = (gates.constant(false), left.sign(gates));
    let mut shifted = left.bits.clone();
    for (place, &bit) in by.iter().enumerate() {
        if bit == no {
            continue;
        }
        let distance = 1_usize.checked_shl(place as u32).unwrap_or(usize::MAX);
        for index in 0..shifted.len() {
            let from = index
                .checked_add(distance)
                .and_then(|from| shifted.get(from).copied());
            shifted[index] = gates.select(bit, from.unwrap_or(sign), shifted[index])?;
        }
    }
    Ok(shifted)
}

pub(crate) fn equal<G: Gates>(
    gates: &mut G,
    left: &[G::Bit],
    right: &[G::Bit],
) -> Result<G::Bit, Full> {
    let mut all = gates.constant(true);
    for (&left, &right) in left.iter().zip(right) {
        let differ = gates.xor(left, right)?;
        all = gates.and(all, gates.not(differ))?;
    }
    Ok(all)
}

pub(crate) fn less<G: Gates>(
    gates: &mut G,
    left: &[G::Bit],
    right: &[G::Bit],
    signed: bool,
) -> Result<G::Bit, Full> {
    let mut less = gates.constant(false);
    let last = left.len().wrapping_sub(1);
    for (index, (&left, &right)) in left.iter().zip(right).enumerate() {
        let greater = if signed && index == last { left } else { right };
        let differ = gates.xor(left, right)?;
        less = gates.select(differ, greater, less)?;
    }
    Ok(less)
}

/// Both numbers, extended to a width in which they can be compared.
pub(crate) fn extended<G: Gates>(
    gates: &G,
    left: &Vector<G::Bit>,
    right: &Vector<G::Bit>,
) -> (Vec<G::Bit>, Vec<G::Bit>) {
    let width = left.signed_width().max(right.signed_width());
    (left.low(gates, width), right.low(gates, width))
}
