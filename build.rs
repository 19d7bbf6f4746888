//! Generates the bindings of VPI and VHPI, `src/sys/*_bindings.rs`, from the installed IEEE headers: `make bindings`.
//!
//! This is the build script of the crate in `bindings/`, not of the library, whose users need neither bindgen nor
//! libclang. It does so only under the feature `generate`. The build fails if the committed bindings differ.
//! `VERIFORK_BINDGEN=write` writes them instead. `VERIFORK_VPI_HEADER` and `VERIFORK_VHPI_HEADER` name other headers.

fn main() {
    println!("cargo::rerun-if-changed=../build.rs");
    #[cfg(feature = "generate")]
    bindings::generate();
}

#[cfg(feature = "generate")]
mod bindings {
    use std::path::{Path, PathBuf};
    use std::{env, fs};

    use bindgen::callbacks::{EnumVariantCustomBehavior, EnumVariantValue, ParseCallbacks};

    /// One interface: where it comes from, and what of it we use.
    struct Interface {
        /// The name of the table of functions.
        table: &'static str,
        file: &'static str,
        header_variable: &'static str,
        default_header: &'static str,
        functions: &'static str,
        types: &'static str,
        constants: &'static str,
    }

    const VPI: Interface = Interface {
        table: "VpiFunctions",
        file: "vpi_bindings.rs",
        header_variable: "VERIFORK_VPI_HEADER",
        default_header: "/usr/share/verilator/include/vltstd/vpi_user.h",
        functions: "vpi_(register_cb|remove_cb|handle_by_name|handle_by_index|handle|iterate|scan\
            |get|get_str|get_value|put_value|get_time|printf|flush|chk_error|free_object\
            |release_handle|get_vlog_info|control)",
        types: "",
        constants: "vpi(Constant|IntegerVar|Memory|MemoryWord|Module|NamedBegin|NamedEvent|NamedFork|Net\
            |NetBit|Parameter|Port|RealVar|Reg|RegBit|SpecParam|TimeVar|NetArray|RegArray\
            |ModuleArray|NamedEventArray|GenScopeArray|GenScope|Function|Task|PartSelect\
            |BitSelect|LeftRange|RightRange|Scope|InternalScope|Variables\
            |Undefined|Type|Name|FullName|Size|File|LineNo|DefName\
            |TimePrecision|Scalar|Vector|Direction|Input|Output|Inout|ConstType|LocalParam\
            |RealConst|StringConst|Signed|Finish|SimTime|SuppressTime\
            |BinStrVal|ObjTypeVal|ScalarVal|IntVal|RealVal|StringVal|VectorVal|SuppressVal\
            |NoDelay|ForceFlag|ReleaseFlag|[01XZHL]|DontCare|Warning|Error|System|Internal)\
            |cb(ValueChange|ReadWriteSynch|ReadOnlySynch|NextSimTime|AfterDelay\
            |StartOfSimulation|EndOfSimulation)",
    };

    const VHPI: Interface = Interface {
        table: "VhpiFunctions",
        file: "vhpi_bindings.rs",
        header_variable: "VERIFORK_VHPI_HEADER",
        default_header: "/usr/lib/ghdl/include/ghdl/vhpi_user.h",
        functions: "vhpi_(register_cb|remove_cb|handle_by_name|handle_by_index|handle|iterator|scan\
            |get|get_str|get_phys|get_real|get_value|put_value|get_time|control|printf|check_error\
            |release_handle)",
        types: "vhpi(ClassKind|Mode)T",
        constants: "vhpi(Undefined|[UX01ZWLH]|DontCare|ReturnCb)\
            |vhpiCb(ValueChange|AfterDelay|NextTimeStep|LastKnownDeltaCycle|EndOfTimeStep\
            |StartOfSimulation|EndOfSimulation)",
    };

    /// The variants we use of the enumerations, which VHPI has for everything.
    const VARIANTS: &[&str] = &[
        // vhpiFormatT
        "vhpiBinStrVal",
        "vhpiEnumVal",
        "vhpiIntVal",
        "vhpiLogicVal",
        "vhpiRealVal",
        "vhpiStrVal",
        "vhpiCharVal",
        "vhpiTimeVal",
        "vhpiPhysVal",
        "vhpiObjTypeVal",
        "vhpiLogicVecVal",
        "vhpiSmallEnumVal",
        "vhpiLongIntVal",
        "vhpiSmallPhysVal",
        // vhpiClassKindT
        "vhpiArchBodyK",
        "vhpiArrayTypeDeclK",
        "vhpiBlockStmtK",
        "vhpiCompInstStmtK",
        "vhpiConstDeclK",
        "vhpiEnumTypeDeclK",
        "vhpiFloatTypeDeclK",
        "vhpiForGenerateK",
        "vhpiFuncDeclK",
        "vhpiGenericDeclK",
        "vhpiIfGenerateK",
        "vhpiIntTypeDeclK",
        "vhpiPackInstK",
        "vhpiPhysTypeDeclK",
        "vhpiPortDeclK",
        "vhpiProcDeclK",
        "vhpiProcessStmtK",
        "vhpiRecordTypeDeclK",
        "vhpiRootInstK",
        "vhpiSigDeclK",
        "vhpiSubtypeDeclK",
        "vhpiVarDeclK",
        // vhpiOneToOneT
        "vhpiBaseType",
        "vhpiDesignUnit",
        "vhpiElemType",
        "vhpiPrimaryUnit",
        "vhpiRootInst",
        "vhpiSuffix",
        "vhpiTool",
        "vhpiType",
        // vhpiOneToManyT
        "vhpiArgvs",
        "vhpiConstDecls",
        "vhpiConstraints",
        "vhpiDecls",
        "vhpiEnumLiterals",
        "vhpiGenericDecls",
        "vhpiIndexedNames",
        "vhpiInternalRegions",
        "vhpiPackInsts",
        "vhpiPortDecls",
        "vhpiSelectedNames",
        "vhpiSigDecls",
        "vhpiVarDecls",
        // vhpiIntPropertyT
        "vhpiGenerateIndexP",
        "vhpiIsNullP",
        "vhpiKindP",
        "vhpiLeftBoundP",
        "vhpiLineNoP",
        "vhpiModeP",
        "vhpiNumDimensionsP",
        "vhpiRightBoundP",
        "vhpiSizeP",
        // vhpiStrPropertyT
        "vhpiCaseNameP",
        "vhpiFileNameP",
        "vhpiNameP",
        "vhpiStrValP",
        "vhpiToolVersionP",
        "vhpiUnitNameP",
        // vhpiRealPropertyT
        "vhpiFloatLeftBoundP",
        "vhpiFloatRightBoundP",
        // vhpiPhysPropertyT
        "vhpiPhysLeftBoundP",
        "vhpiPhysRightBoundP",
        "vhpiPhysValP",
        "vhpiResolutionLimitP",
        // vhpiSeverityT
        "vhpiError",
        "vhpiFailure",
        "vhpiSystem",
        "vhpiInternal",
        // vhpiPutValueModeT
        "vhpiDepositPropagate",
        "vhpiForcePropagate",
        "vhpiRelease",
        // vhpiSimControlT
        "vhpiFinish",
        // vhpiModeT
        "vhpiInMode",
        "vhpiOutMode",
        "vhpiInoutMode",
        "vhpiBufferMode",
    ];

    #[derive(Debug)]
    struct OnlyUsedVariants;

    impl ParseCallbacks for OnlyUsedVariants {
        fn enum_variant_behavior(
            &self,
            _enumeration: Option<&str>,
            variant: &str,
            _value: EnumVariantValue,
        ) -> Option<EnumVariantCustomBehavior> {
            (!VARIANTS.contains(&variant)).then_some(EnumVariantCustomBehavior::Hide)
        }
    }

    /// The folder of the workspace, absolute: bindgen hands paths to rustfmt.
    fn root() -> PathBuf {
        fs::canonicalize("..").expect("the folder above the crate's")
    }

    pub(super) fn generate() {
        println!("cargo::rerun-if-env-changed=VERIFORK_BINDGEN");
        let write = env::var("VERIFORK_BINDGEN").is_ok_and(|wish| wish == "write");
        let sources = root().join("src/sys");
        let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
        for interface in [VPI, VHPI] {
            let committed = sources.join(interface.file);
            if write {
                interface.generate(&committed);
                continue;
            }
            println!("cargo::rerun-if-changed={}", committed.display());
            let fresh = out.join(interface.file);
            interface.generate(&fresh);
            assert!(
                fs::read(&committed).ok() == fs::read(&fresh).ok(),
                "{} differs from what bindgen makes now, {}: run `make bindings WRITE=1` and commit \
                 the result",
                committed.display(),
                fresh.display(),
            );
        }
    }

    impl Interface {
        fn generate(&self, to: &Path) {
            println!("cargo::rerun-if-env-changed={}", self.header_variable);
            let header =
                env::var(self.header_variable).unwrap_or_else(|_| self.default_header.to_owned());
            println!("cargo::rerun-if-changed={header}");
            bindgen::Builder::default()
                .header(&header)
                .allowlist_function(self.functions)
                .allowlist_type(self.types)
                .allowlist_var(self.constants)
                .dynamic_library_name(self.table)
                .parse_callbacks(Box::new(OnlyUsedVariants))
                .default_enum_style(bindgen::EnumVariation::Consts)
                .prepend_enum_name(false)
                .default_macro_constant_type(bindgen::MacroTypeVariation::Signed)
                .rust_edition(bindgen::RustEdition::Edition2024)
                .wrap_unsafe_ops(true)
                .derive_debug(false)
                .layout_tests(false)
                .generate_comments(false)
                .disable_header_comment()
                .formatter(bindgen::Formatter::Rustfmt)
                .rustfmt_configuration_file(Some(root().join("rustfmt.toml")))
                .generate()
                .unwrap_or_else(|error| panic!("cannot make bindings of {header}: {error}"))
                .write_to_file(to)
                .unwrap_or_else(|error| panic!("cannot write {}: {error}", to.display()));
        }
    }
}
