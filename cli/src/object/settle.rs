//! Makes the tree of objects the same for all simulators.

use verifork_protocol::description::Encoding;

use super::{Object, SCOPE_ARRAY};

impl Object {
    /// Makes the tree the same for all simulators.
    ///
    /// Constants that only look like parameters are marked as local: outside a module no constant can be set, and the
    /// variable of a loop is a constant. Fields of a record get the direction of the record. Scopes that the
    /// simulator leaves out are inserted, and the scopes of one loop or instance array become one object.
    pub(crate) fn settle(&mut self) {
        let (module, record) = (self.kind == "module", self.is_record());
        self.insert_scopes();
        for child in &mut self.children {
            child.local |= child.constant && !module;
            child.widen_genvar(module);
            if record {
                child.direction.clone_from(&self.direction);
            }
            child.settle();
        }
        if let Some(element) = &mut self.element {
            element.direction.clone_from(&self.direction);
            element.settle();
        }
        while self.join_scopes() {}
    }

    /// A loop's variable is an integer (IEEE 1800-2017, 27.4), which Icarus shows as wide as its value.
    fn widen_genvar(&mut self, in_module: bool) {
        if let Some(Encoding::Logic {
            width,
            range: None,
            signed: true,
            ..
        }) = &mut self.encoding
            && self.constant
            && !in_module
        {
            *width = (*width).max(32);
        }
    }

    /// Puts children into the scopes that only their paths show: `top.lane[0].u` of `top`.
    fn insert_scopes(&mut self) {
        let mut direct: Vec<Object> = Vec::new();
        for child in std::mem::take(&mut self.children) {
            let below = child.path.strip_prefix(&self.path);
            let below = below.and_then(|below| below.strip_prefix('.'));
            let scopes = below.and_then(|below| below.strip_suffix(&child.name));
            let scopes = scopes.and_then(|scopes| scopes.strip_suffix('.'));
            let Some(scopes) = scopes.filter(|_| child.is_scope()) else {
                direct.push(child);
                continue;
            };
            let (first, _) = scopes.split_once('.').unwrap_or((scopes, ""));
            let known = direct
                .iter_mut()
                .find(|it| it.name == first && it.is_scope());
            if let Some(known) = known {
                known.children.push(child);
            } else {
                let path = format!("{}.{first}", self.path);
                direct.push(Object::scope(first.to_owned(), path, vec![child]));
            }
        }
        self.children = direct;
    }

    /// Joins the scopes with one name and different indices; returns whether there were any.
    fn join_scopes(&mut self) -> bool {
        let mut joined: Vec<Object> = Vec::new();
        let mut any = false;
        for child in std::mem::take(&mut self.children) {
            let split = child.is_scope().then(|| split_index(&child.name)).flatten();
            let Some((base, index)) = split else {
                joined.push(child);
                continue;
            };
            any = true;
            let base = base.to_owned();
            let known = joined
                .iter_mut()
                .find(|it| it.kind == SCOPE_ARRAY && it.name == base);
            if let Some(known) = known {
                known.elements.push((index, child));
            } else {
                let path = format!("{}.{base}", self.path);
                let mut array = Object::scope(base, path, Vec::new());
                SCOPE_ARRAY.clone_into(&mut array.kind);
                array.elements.push((index, child));
                joined.push(array);
            }
        }
        for array in &mut joined {
            array.elements.sort_by_key(|(index, _)| *index);
        }
        self.children = joined;
        any
    }
}

/// The name before the index at its end, and the index.
fn split_index(name: &str) -> Option<(&str, i64)> {
    let (base, index) = name.strip_suffix(']')?.rsplit_once('[')?;
    let index = index.parse().ok()?;
    (!base.is_empty()).then_some((base, index))
}
