//! Where a new crate gets verifork from.

use std::path::{Path, PathBuf};

use anyhow::ensure;
use clap::Args;

use super::design::absolute;

/// Where the crate gets verifork from. By default that is the checkout that this command was built
/// from if it still exists, or the published version of this command.
#[derive(Args)]
#[group(multiple = false)]
pub(super) struct VeriforkSource {
    /// A checkout of verifork.
    #[arg(long, value_name = "FOLDER")]
    verifork: Option<PathBuf>,
    /// A git repository of verifork.
    #[arg(long, value_name = "URL")]
    git: Option<String>,
    /// The published version, as in `Cargo.toml`: "0.1".
    #[arg(long, value_name = "VERSION")]
    published: Option<String>,
}

impl VeriforkSource {
    /// The entries of `verifork`, `verifork-components` and `verifork-runner` in `Cargo.toml`.
    pub(super) fn dependencies(&self) -> anyhow::Result<[String; 3]> {
        let all = |it: String| [it.clone(), it.clone(), it];
        if let Some(url) = &self.git {
            return Ok(all(format!("{{ git = {url:?} }}")));
        }
        if let Some(version) = &self.published {
            return Ok(all(format!("{version:?}")));
        }
        let Some(checkout) = self.checkout()? else {
            return Ok(all(format!("{:?}", env!("CARGO_PKG_VERSION"))));
        };
        let path = |path: &Path| format!("{{ path = {:?} }}", path.display().to_string());
        Ok([
            path(&checkout),
            path(&checkout.join("components")),
            path(&checkout.join("runner")),
        ])
    }

    /// The checkout to use.
    fn checkout(&self) -> anyhow::Result<Option<PathBuf>> {
        let is_one = |path: &Path| path.join("runner/Cargo.toml").is_file();
        if let Some(path) = &self.verifork {
            let path = absolute(path)?;
            ensure!(
                is_one(&path),
                "`{}` is not a checkout of verifork: there is no `runner/Cargo.toml` in it",
                path.display()
            );
            return Ok(Some(path));
        }
        let own = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
        Ok(own.filter(|path| is_one(path)).map(Path::to_owned))
    }
}
