//! The nearest name for one that does not exist.

/// ` (did you mean …?)`, or nothing if no candidate is near.
pub(crate) fn did_you_mean<'a>(
    wanted: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> String {
    let distance = |candidate: &str| {
        strsim::damerau_levenshtein(&wanted.to_lowercase(), &candidate.to_lowercase())
    };
    let limit = (wanted.chars().count() / 3).max(1);
    let nearest = candidates
        .into_iter()
        .map(|candidate| (distance(candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min();
    nearest.map_or_else(String::new, |(_, candidate)| {
        format!(" (did you mean `{candidate}`?)")
    })
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn only_a_near_name_is_suggested() {
        assert_eq!(
            did_you_mean("icraus", ["ghdl", "icarus"]),
            " (did you mean `icarus`?)"
        );
        assert_eq!(did_you_mean("verilator", ["ghdl", "icarus"]), "");
    }
}
