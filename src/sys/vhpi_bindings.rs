pub const vhpiUndefined: i32 = -1;
pub const vhpiU: i32 = 0;
pub const vhpiX: i32 = 1;
pub const vhpi0: i32 = 2;
pub const vhpi1: i32 = 3;
pub const vhpiZ: i32 = 4;
pub const vhpiW: i32 = 5;
pub const vhpiL: i32 = 6;
pub const vhpiH: i32 = 7;
pub const vhpiDontCare: i32 = 8;
pub const vhpiCbValueChange: i32 = 1001;
pub const vhpiCbAfterDelay: i32 = 1010;
pub const vhpiCbNextTimeStep: i32 = 1012;
pub const vhpiCbLastKnownDeltaCycle: i32 = 1020;
pub const vhpiCbEndOfTimeStep: i32 = 1024;
pub const vhpiCbStartOfSimulation: i32 = 1034;
pub const vhpiCbEndOfSimulation: i32 = 1035;
pub const vhpiReturnCb: i32 = 1;
pub type vhpiHandleT = *mut u32;
pub type vhpiEnumT = u32;
pub type vhpiSmallEnumT = u8;
pub type vhpiIntT = i32;
pub type vhpiLongIntT = i64;
pub type vhpiCharT = ::std::os::raw::c_uchar;
pub type vhpiRealT = f64;
pub type vhpiSmallPhysT = i32;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vhpiPhysS {
    pub high: i32,
    pub low: u32,
}
pub type vhpiPhysT = vhpiPhysS;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vhpiTimeS {
    pub high: i32,
    pub low: u32,
}
pub type vhpiTimeT = vhpiTimeS;
pub const vhpiBinStrVal: vhpiFormatT = 1;
pub const vhpiEnumVal: vhpiFormatT = 5;
pub const vhpiIntVal: vhpiFormatT = 6;
pub const vhpiLogicVal: vhpiFormatT = 7;
pub const vhpiRealVal: vhpiFormatT = 8;
pub const vhpiStrVal: vhpiFormatT = 9;
pub const vhpiCharVal: vhpiFormatT = 10;
pub const vhpiTimeVal: vhpiFormatT = 11;
pub const vhpiPhysVal: vhpiFormatT = 12;
pub const vhpiObjTypeVal: vhpiFormatT = 13;
pub const vhpiLogicVecVal: vhpiFormatT = 17;
pub const vhpiSmallEnumVal: vhpiFormatT = 23;
pub const vhpiLongIntVal: vhpiFormatT = 25;
pub const vhpiSmallPhysVal: vhpiFormatT = 27;
pub type vhpiFormatT = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vhpiValueS {
    pub format: vhpiFormatT,
    pub bufSize: usize,
    pub numElems: i32,
    pub unit: vhpiPhysT,
    pub value: vhpiValueS__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union vhpiValueS__bindgen_ty_1 {
    pub enumv: vhpiEnumT,
    pub enumvs: *mut vhpiEnumT,
    pub smallenumv: vhpiSmallEnumT,
    pub smallenumvs: *mut vhpiSmallEnumT,
    pub intg: vhpiIntT,
    pub intgs: *mut vhpiIntT,
    pub longintg: vhpiLongIntT,
    pub longintgs: *mut vhpiLongIntT,
    pub real: vhpiRealT,
    pub reals: *mut vhpiRealT,
    pub smallphys: vhpiSmallPhysT,
    pub smallphyss: *mut vhpiSmallPhysT,
    pub phys: vhpiPhysT,
    pub physs: *mut vhpiPhysT,
    pub time: vhpiTimeT,
    pub times: *mut vhpiTimeT,
    pub ch: vhpiCharT,
    pub str_: *mut vhpiCharT,
    pub ptr: *mut ::std::os::raw::c_void,
    pub ptrs: *mut *mut ::std::os::raw::c_void,
}
pub type vhpiValueT = vhpiValueS;
pub const vhpiArchBodyK: vhpiClassKindT = 1007;
pub const vhpiArrayTypeDeclK: vhpiClassKindT = 1009;
pub const vhpiBlockStmtK: vhpiClassKindT = 1017;
pub const vhpiCompInstStmtK: vhpiClassKindT = 1024;
pub const vhpiConstDeclK: vhpiClassKindT = 1028;
pub const vhpiEnumTypeDeclK: vhpiClassKindT = 1041;
pub const vhpiFloatTypeDeclK: vhpiClassKindT = 1047;
pub const vhpiForGenerateK: vhpiClassKindT = 1048;
pub const vhpiFuncDeclK: vhpiClassKindT = 1052;
pub const vhpiGenericDeclK: vhpiClassKindT = 1053;
pub const vhpiIfGenerateK: vhpiClassKindT = 1056;
pub const vhpiIntTypeDeclK: vhpiClassKindT = 1062;
pub const vhpiPackInstK: vhpiClassKindT = 1074;
pub const vhpiPhysTypeDeclK: vhpiClassKindT = 1078;
pub const vhpiPortDeclK: vhpiClassKindT = 1079;
pub const vhpiProcDeclK: vhpiClassKindT = 1081;
pub const vhpiProcessStmtK: vhpiClassKindT = 1082;
pub const vhpiRecordTypeDeclK: vhpiClassKindT = 1087;
pub const vhpiRootInstK: vhpiClassKindT = 1090;
pub const vhpiSigDeclK: vhpiClassKindT = 1094;
pub const vhpiSubtypeDeclK: vhpiClassKindT = 1101;
pub const vhpiVarDeclK: vhpiClassKindT = 1110;
pub type vhpiClassKindT = ::std::os::raw::c_uint;
pub const vhpiBaseType: vhpiOneToOneT = 1306;
pub const vhpiDesignUnit: vhpiOneToOneT = 1321;
pub const vhpiPrimaryUnit: vhpiOneToOneT = 1351;
pub const vhpiRootInst: vhpiOneToOneT = 1361;
pub const vhpiSuffix: vhpiOneToOneT = 1368;
pub const vhpiTool: vhpiOneToOneT = 1371;
pub const vhpiType: vhpiOneToOneT = 1372;
pub const vhpiElemType: vhpiOneToOneT = 1380;
pub type vhpiOneToOneT = ::std::os::raw::c_uint;
pub const vhpiArgvs: vhpiOneToManyT = 1502;
pub const vhpiConstDecls: vhpiOneToManyT = 1515;
pub const vhpiConstraints: vhpiOneToManyT = 1516;
pub const vhpiDecls: vhpiOneToManyT = 1519;
pub const vhpiEnumLiterals: vhpiOneToManyT = 1527;
pub const vhpiGenericDecls: vhpiOneToManyT = 1530;
pub const vhpiIndexedNames: vhpiOneToManyT = 1532;
pub const vhpiInternalRegions: vhpiOneToManyT = 1533;
pub const vhpiPackInsts: vhpiOneToManyT = 1535;
pub const vhpiPortDecls: vhpiOneToManyT = 1539;
pub const vhpiSelectedNames: vhpiOneToManyT = 1542;
pub const vhpiSigDecls: vhpiOneToManyT = 1546;
pub const vhpiVarDecls: vhpiOneToManyT = 1556;
pub type vhpiOneToManyT = ::std::os::raw::c_uint;
pub const vhpiGenerateIndexP: vhpiIntPropertyT = 1010;
pub const vhpiIsNullP: vhpiIntPropertyT = 1025;
pub const vhpiKindP: vhpiIntPropertyT = 1043;
pub const vhpiLeftBoundP: vhpiIntPropertyT = 1044;
pub const vhpiLineNoP: vhpiIntPropertyT = 1046;
pub const vhpiModeP: vhpiIntPropertyT = 1049;
pub const vhpiNumDimensionsP: vhpiIntPropertyT = 1050;
pub const vhpiRightBoundP: vhpiIntPropertyT = 1063;
pub const vhpiSizeP: vhpiIntPropertyT = 1065;
pub type vhpiIntPropertyT = ::std::os::raw::c_uint;
pub const vhpiCaseNameP: vhpiStrPropertyT = 1301;
pub const vhpiFileNameP: vhpiStrPropertyT = 1304;
pub const vhpiNameP: vhpiStrPropertyT = 1313;
pub const vhpiStrValP: vhpiStrPropertyT = 1315;
pub const vhpiToolVersionP: vhpiStrPropertyT = 1316;
pub const vhpiUnitNameP: vhpiStrPropertyT = 1317;
pub type vhpiStrPropertyT = ::std::os::raw::c_uint;
pub const vhpiFloatLeftBoundP: vhpiRealPropertyT = 1601;
pub const vhpiFloatRightBoundP: vhpiRealPropertyT = 1602;
pub type vhpiRealPropertyT = ::std::os::raw::c_uint;
pub const vhpiPhysLeftBoundP: vhpiPhysPropertyT = 1651;
pub const vhpiPhysRightBoundP: vhpiPhysPropertyT = 1653;
pub const vhpiPhysValP: vhpiPhysPropertyT = 1654;
pub const vhpiResolutionLimitP: vhpiPhysPropertyT = 1657;
pub type vhpiPhysPropertyT = ::std::os::raw::c_uint;
pub const vhpiInMode: vhpiModeT = 1001;
pub const vhpiOutMode: vhpiModeT = 1002;
pub const vhpiInoutMode: vhpiModeT = 1003;
pub const vhpiBufferMode: vhpiModeT = 1004;
pub type vhpiModeT = ::std::os::raw::c_uint;
pub const vhpiError: vhpiSeverityT = 3;
pub const vhpiFailure: vhpiSeverityT = 6;
pub const vhpiSystem: vhpiSeverityT = 4;
pub const vhpiInternal: vhpiSeverityT = 5;
pub type vhpiSeverityT = ::std::os::raw::c_uint;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vhpiErrorInfoS {
    pub severity: vhpiSeverityT,
    pub message: *mut ::std::os::raw::c_char,
    pub str_: *mut ::std::os::raw::c_char,
    pub file: *mut ::std::os::raw::c_char,
    pub line: i32,
}
pub type vhpiErrorInfoT = vhpiErrorInfoS;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct vhpiCbDataS {
    pub reason: i32,
    pub cb_rtn: ::std::option::Option<unsafe extern "C" fn(arg1: *const vhpiCbDataS)>,
    pub obj: vhpiHandleT,
    pub time: *mut vhpiTimeT,
    pub value: *mut vhpiValueT,
    pub user_data: *mut ::std::os::raw::c_void,
}
pub type vhpiCbDataT = vhpiCbDataS;
pub const vhpiDepositPropagate: vhpiPutValueModeT = 1;
pub const vhpiForcePropagate: vhpiPutValueModeT = 3;
pub const vhpiRelease: vhpiPutValueModeT = 4;
pub type vhpiPutValueModeT = ::std::os::raw::c_uint;
pub const vhpiFinish: vhpiSimControlT = 1;
pub type vhpiSimControlT = ::std::os::raw::c_uint;
pub struct VhpiFunctions {
    __library: ::libloading::Library,
    pub vhpi_register_cb: Result<
        unsafe extern "C" fn(cb_data_p: *mut vhpiCbDataT, flags: i32) -> vhpiHandleT,
        ::libloading::Error,
    >,
    pub vhpi_remove_cb: Result<
        unsafe extern "C" fn(cb_obj: vhpiHandleT) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_handle_by_name: Result<
        unsafe extern "C" fn(
            name: *const ::std::os::raw::c_char,
            scope: vhpiHandleT,
        ) -> vhpiHandleT,
        ::libloading::Error,
    >,
    pub vhpi_handle_by_index: Result<
        unsafe extern "C" fn(itRel: vhpiOneToManyT, parent: vhpiHandleT, indx: i32) -> vhpiHandleT,
        ::libloading::Error,
    >,
    pub vhpi_handle: Result<
        unsafe extern "C" fn(type_: vhpiOneToOneT, referenceHandle: vhpiHandleT) -> vhpiHandleT,
        ::libloading::Error,
    >,
    pub vhpi_iterator: Result<
        unsafe extern "C" fn(type_: vhpiOneToManyT, referenceHandle: vhpiHandleT) -> vhpiHandleT,
        ::libloading::Error,
    >,
    pub vhpi_scan:
        Result<unsafe extern "C" fn(iterator: vhpiHandleT) -> vhpiHandleT, ::libloading::Error>,
    pub vhpi_get: Result<
        unsafe extern "C" fn(property: vhpiIntPropertyT, object: vhpiHandleT) -> vhpiIntT,
        ::libloading::Error,
    >,
    pub vhpi_get_str: Result<
        unsafe extern "C" fn(property: vhpiStrPropertyT, object: vhpiHandleT) -> *const vhpiCharT,
        ::libloading::Error,
    >,
    pub vhpi_get_real: Result<
        unsafe extern "C" fn(property: vhpiRealPropertyT, object: vhpiHandleT) -> vhpiRealT,
        ::libloading::Error,
    >,
    pub vhpi_get_phys: Result<
        unsafe extern "C" fn(property: vhpiPhysPropertyT, object: vhpiHandleT) -> vhpiPhysT,
        ::libloading::Error,
    >,
    pub vhpi_get_value: Result<
        unsafe extern "C" fn(expr: vhpiHandleT, value_p: *mut vhpiValueT) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_put_value: Result<
        unsafe extern "C" fn(
            object: vhpiHandleT,
            value_p: *mut vhpiValueT,
            mode: vhpiPutValueModeT,
        ) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_get_time: Result<
        unsafe extern "C" fn(time_p: *mut vhpiTimeT, cycles: *mut ::std::os::raw::c_long),
        ::libloading::Error,
    >,
    pub vhpi_control: Result<
        unsafe extern "C" fn(command: vhpiSimControlT, ...) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_printf: Result<
        unsafe extern "C" fn(format: *const ::std::os::raw::c_char, ...) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_check_error: Result<
        unsafe extern "C" fn(error_info_p: *mut vhpiErrorInfoT) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
    pub vhpi_release_handle: Result<
        unsafe extern "C" fn(object: vhpiHandleT) -> ::std::os::raw::c_int,
        ::libloading::Error,
    >,
}
impl VhpiFunctions {
    pub unsafe fn new<P>(path: P) -> Result<Self, ::libloading::Error>
    where
        P: AsRef<::std::ffi::OsStr>,
    {
        let path = path.as_ref();
        let library = unsafe { ::libloading::Library::new(path) }?;
        unsafe { Self::from_library(library) }
    }
    pub unsafe fn from_library<L>(library: L) -> Result<Self, ::libloading::Error>
    where
        L: Into<::libloading::Library>,
    {
        let __library = library.into();
        let vhpi_register_cb = unsafe { __library.get(b"vhpi_register_cb\0") }.map(|sym| *sym);
        let vhpi_remove_cb = unsafe { __library.get(b"vhpi_remove_cb\0") }.map(|sym| *sym);
        let vhpi_handle_by_name =
            unsafe { __library.get(b"vhpi_handle_by_name\0") }.map(|sym| *sym);
        let vhpi_handle_by_index =
            unsafe { __library.get(b"vhpi_handle_by_index\0") }.map(|sym| *sym);
        let vhpi_handle = unsafe { __library.get(b"vhpi_handle\0") }.map(|sym| *sym);
        let vhpi_iterator = unsafe { __library.get(b"vhpi_iterator\0") }.map(|sym| *sym);
        let vhpi_scan = unsafe { __library.get(b"vhpi_scan\0") }.map(|sym| *sym);
        let vhpi_get = unsafe { __library.get(b"vhpi_get\0") }.map(|sym| *sym);
        let vhpi_get_str = unsafe { __library.get(b"vhpi_get_str\0") }.map(|sym| *sym);
        let vhpi_get_real = unsafe { __library.get(b"vhpi_get_real\0") }.map(|sym| *sym);
        let vhpi_get_phys = unsafe { __library.get(b"vhpi_get_phys\0") }.map(|sym| *sym);
        let vhpi_get_value = unsafe { __library.get(b"vhpi_get_value\0") }.map(|sym| *sym);
        let vhpi_put_value = unsafe { __library.get(b"vhpi_put_value\0") }.map(|sym| *sym);
        let vhpi_get_time = unsafe { __library.get(b"vhpi_get_time\0") }.map(|sym| *sym);
        let vhpi_control = unsafe { __library.get(b"vhpi_control\0") }.map(|sym| *sym);
        let vhpi_printf = unsafe { __library.get(b"vhpi_printf\0") }.map(|sym| *sym);
        let vhpi_check_error = unsafe { __library.get(b"vhpi_check_error\0") }.map(|sym| *sym);
        let vhpi_release_handle =
            unsafe { __library.get(b"vhpi_release_handle\0") }.map(|sym| *sym);
        Ok(VhpiFunctions {
            __library,
            vhpi_register_cb,
            vhpi_remove_cb,
            vhpi_handle_by_name,
            vhpi_handle_by_index,
            vhpi_handle,
            vhpi_iterator,
            vhpi_scan,
            vhpi_get,
            vhpi_get_str,
            vhpi_get_real,
            vhpi_get_phys,
            vhpi_get_value,
            vhpi_put_value,
            vhpi_get_time,
            vhpi_control,
            vhpi_printf,
            vhpi_check_error,
            vhpi_release_handle,
        })
    }
    pub unsafe fn vhpi_register_cb(&self, cb_data_p: *mut vhpiCbDataT, flags: i32) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_register_cb
                .as_ref()
                .expect("Expected function, got error."))(cb_data_p, flags)
        }
    }
    pub unsafe fn vhpi_remove_cb(&self, cb_obj: vhpiHandleT) -> ::std::os::raw::c_int {
        unsafe {
            (self
                .vhpi_remove_cb
                .as_ref()
                .expect("Expected function, got error."))(cb_obj)
        }
    }
    pub unsafe fn vhpi_handle_by_name(
        &self,
        name: *const ::std::os::raw::c_char,
        scope: vhpiHandleT,
    ) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_handle_by_name
                .as_ref()
                .expect("Expected function, got error."))(name, scope)
        }
    }
    pub unsafe fn vhpi_handle_by_index(
        &self,
        itRel: vhpiOneToManyT,
        parent: vhpiHandleT,
        indx: i32,
    ) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_handle_by_index
                .as_ref()
                .expect("Expected function, got error."))(itRel, parent, indx)
        }
    }
    pub unsafe fn vhpi_handle(
        &self,
        type_: vhpiOneToOneT,
        referenceHandle: vhpiHandleT,
    ) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_handle
                .as_ref()
                .expect("Expected function, got error."))(type_, referenceHandle)
        }
    }
    pub unsafe fn vhpi_iterator(
        &self,
        type_: vhpiOneToManyT,
        referenceHandle: vhpiHandleT,
    ) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_iterator
                .as_ref()
                .expect("Expected function, got error."))(type_, referenceHandle)
        }
    }
    pub unsafe fn vhpi_scan(&self, iterator: vhpiHandleT) -> vhpiHandleT {
        unsafe {
            (self
                .vhpi_scan
                .as_ref()
                .expect("Expected function, got error."))(iterator)
        }
    }
    pub unsafe fn vhpi_get(&self, property: vhpiIntPropertyT, object: vhpiHandleT) -> vhpiIntT {
        unsafe {
            (self
                .vhpi_get
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vhpi_get_str(
        &self,
        property: vhpiStrPropertyT,
        object: vhpiHandleT,
    ) -> *const vhpiCharT {
        unsafe {
            (self
                .vhpi_get_str
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vhpi_get_real(
        &self,
        property: vhpiRealPropertyT,
        object: vhpiHandleT,
    ) -> vhpiRealT {
        unsafe {
            (self
                .vhpi_get_real
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vhpi_get_phys(
        &self,
        property: vhpiPhysPropertyT,
        object: vhpiHandleT,
    ) -> vhpiPhysT {
        unsafe {
            (self
                .vhpi_get_phys
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vhpi_get_value(
        &self,
        expr: vhpiHandleT,
        value_p: *mut vhpiValueT,
    ) -> ::std::os::raw::c_int {
        unsafe {
            (self
                .vhpi_get_value
                .as_ref()
                .expect("Expected function, got error."))(expr, value_p)
        }
    }
    pub unsafe fn vhpi_put_value(
        &self,
        object: vhpiHandleT,
        value_p: *mut vhpiValueT,
        mode: vhpiPutValueModeT,
    ) -> ::std::os::raw::c_int {
        unsafe {
            (self
                .vhpi_put_value
                .as_ref()
                .expect("Expected function, got error."))(object, value_p, mode)
        }
    }
    pub unsafe fn vhpi_get_time(
        &self,
        time_p: *mut vhpiTimeT,
        cycles: *mut ::std::os::raw::c_long,
    ) {
        unsafe {
            (self
                .vhpi_get_time
                .as_ref()
                .expect("Expected function, got error."))(time_p, cycles)
        }
    }
    pub unsafe fn vhpi_check_error(
        &self,
        error_info_p: *mut vhpiErrorInfoT,
    ) -> ::std::os::raw::c_int {
        unsafe {
            (self
                .vhpi_check_error
                .as_ref()
                .expect("Expected function, got error."))(error_info_p)
        }
    }
    pub unsafe fn vhpi_release_handle(&self, object: vhpiHandleT) -> ::std::os::raw::c_int {
        unsafe {
            (self
                .vhpi_release_handle
                .as_ref()
                .expect("Expected function, got error."))(object)
        }
    }
}
