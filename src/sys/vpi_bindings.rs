pub const vpiConstant: i32 = 7;
pub const vpiFunction: i32 = 20;
pub const vpiIntegerVar: i32 = 25;
pub const vpiMemory: i32 = 29;
pub const vpiMemoryWord: i32 = 30;
pub const vpiModule: i32 = 32;
pub const vpiNamedBegin: i32 = 33;
pub const vpiNamedEvent: i32 = 34;
pub const vpiNamedFork: i32 = 35;
pub const vpiNet: i32 = 36;
pub const vpiNetBit: i32 = 37;
pub const vpiParameter: i32 = 41;
pub const vpiPartSelect: i32 = 42;
pub const vpiPort: i32 = 44;
pub const vpiRealVar: i32 = 47;
pub const vpiReg: i32 = 48;
pub const vpiRegBit: i32 = 49;
pub const vpiSpecParam: i32 = 54;
pub const vpiTask: i32 = 59;
pub const vpiTimeVar: i32 = 63;
pub const vpiBitSelect: i32 = 106;
pub const vpiModuleArray: i32 = 112;
pub const vpiNetArray: i32 = 114;
pub const vpiRegArray: i32 = 116;
pub const vpiNamedEventArray: i32 = 129;
pub const vpiGenScopeArray: i32 = 133;
pub const vpiGenScope: i32 = 134;
pub const vpiLeftRange: i32 = 79;
pub const vpiRightRange: i32 = 83;
pub const vpiScope: i32 = 84;
pub const vpiInternalScope: i32 = 92;
pub const vpiVariables: i32 = 100;
pub const vpiUndefined: i32 = -1;
pub const vpiType: i32 = 1;
pub const vpiName: i32 = 2;
pub const vpiFullName: i32 = 3;
pub const vpiSize: i32 = 4;
pub const vpiFile: i32 = 5;
pub const vpiLineNo: i32 = 6;
pub const vpiDefName: i32 = 9;
pub const vpiTimePrecision: i32 = 12;
pub const vpiScalar: i32 = 17;
pub const vpiVector: i32 = 18;
pub const vpiDirection: i32 = 20;
pub const vpiInput: i32 = 1;
pub const vpiOutput: i32 = 2;
pub const vpiInout: i32 = 3;
pub const vpiConstType: i32 = 40;
pub const vpiRealConst: i32 = 2;
pub const vpiStringConst: i32 = 6;
pub const vpiSigned: i32 = 65;
pub const vpiLocalParam: i32 = 70;
pub const vpiFinish: i32 = 67;
pub const vpiSimTime: i32 = 2;
pub const vpiSuppressTime: i32 = 3;
pub const vpiBinStrVal: i32 = 1;
pub const vpiScalarVal: i32 = 5;
pub const vpiIntVal: i32 = 6;
pub const vpiRealVal: i32 = 7;
pub const vpiStringVal: i32 = 8;
pub const vpiVectorVal: i32 = 9;
pub const vpiObjTypeVal: i32 = 12;
pub const vpiSuppressVal: i32 = 13;
pub const vpiNoDelay: i32 = 1;
pub const vpiForceFlag: i32 = 5;
pub const vpiReleaseFlag: i32 = 6;
pub const vpi0: i32 = 0;
pub const vpi1: i32 = 1;
pub const vpiZ: i32 = 2;
pub const vpiX: i32 = 3;
pub const vpiH: i32 = 4;
pub const vpiL: i32 = 5;
pub const vpiDontCare: i32 = 6;
pub const vpiWarning: i32 = 2;
pub const vpiError: i32 = 3;
pub const vpiSystem: i32 = 4;
pub const vpiInternal: i32 = 5;
pub const cbValueChange: i32 = 1;
pub const cbReadWriteSynch: i32 = 6;
pub const cbReadOnlySynch: i32 = 7;
pub const cbNextSimTime: i32 = 8;
pub const cbAfterDelay: i32 = 9;
pub const cbStartOfSimulation: i32 = 11;
pub const cbEndOfSimulation: i32 = 12;
pub type PLI_INT32 = ::std::os::raw::c_int;
pub type PLI_UINT32 = ::std::os::raw::c_uint;
pub type PLI_BYTE8 = ::std::os::raw::c_char;
pub type vpiHandle = *mut PLI_UINT32;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_time {
    pub type_: PLI_INT32,
    pub high: PLI_UINT32,
    pub low: PLI_UINT32,
    pub real: f64,
}
pub type p_vpi_time = *mut t_vpi_time;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_vecval {
    pub aval: PLI_UINT32,
    pub bval: PLI_UINT32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_strengthval {
    pub logic: PLI_INT32,
    pub s0: PLI_INT32,
    pub s1: PLI_INT32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_value {
    pub format: PLI_INT32,
    pub value: t_vpi_value__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union t_vpi_value__bindgen_ty_1 {
    pub str_: *mut PLI_BYTE8,
    pub scalar: PLI_INT32,
    pub integer: PLI_INT32,
    pub real: f64,
    pub time: *mut t_vpi_time,
    pub vector: *mut t_vpi_vecval,
    pub strength: *mut t_vpi_strengthval,
    pub misc: *mut PLI_BYTE8,
}
pub type p_vpi_value = *mut t_vpi_value;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_vlog_info {
    pub argc: PLI_INT32,
    pub argv: *mut *mut PLI_BYTE8,
    pub product: *mut PLI_BYTE8,
    pub version: *mut PLI_BYTE8,
}
pub type p_vpi_vlog_info = *mut t_vpi_vlog_info;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_vpi_error_info {
    pub state: PLI_INT32,
    pub level: PLI_INT32,
    pub message: *mut PLI_BYTE8,
    pub product: *mut PLI_BYTE8,
    pub code: *mut PLI_BYTE8,
    pub file: *mut PLI_BYTE8,
    pub line: PLI_INT32,
}
pub type p_vpi_error_info = *mut t_vpi_error_info;
#[repr(C)]
#[derive(Copy, Clone)]
pub struct t_cb_data {
    pub reason: PLI_INT32,
    pub cb_rtn: ::std::option::Option<unsafe extern "C" fn(arg1: *mut t_cb_data) -> PLI_INT32>,
    pub obj: vpiHandle,
    pub time: p_vpi_time,
    pub value: p_vpi_value,
    pub index: PLI_INT32,
    pub user_data: *mut PLI_BYTE8,
}
pub type p_cb_data = *mut t_cb_data;
pub struct VpiFunctions {
    __library: ::libloading::Library,
    pub vpi_register_cb:
        Result<unsafe extern "C" fn(cb_data_p: p_cb_data) -> vpiHandle, ::libloading::Error>,
    pub vpi_remove_cb:
        Result<unsafe extern "C" fn(cb_obj: vpiHandle) -> PLI_INT32, ::libloading::Error>,
    pub vpi_handle_by_name: Result<
        unsafe extern "C" fn(name: *mut PLI_BYTE8, scope: vpiHandle) -> vpiHandle,
        ::libloading::Error,
    >,
    pub vpi_handle_by_index: Result<
        unsafe extern "C" fn(object: vpiHandle, indx: PLI_INT32) -> vpiHandle,
        ::libloading::Error,
    >,
    pub vpi_handle: Result<
        unsafe extern "C" fn(type_: PLI_INT32, refHandle: vpiHandle) -> vpiHandle,
        ::libloading::Error,
    >,
    pub vpi_iterate: Result<
        unsafe extern "C" fn(type_: PLI_INT32, refHandle: vpiHandle) -> vpiHandle,
        ::libloading::Error,
    >,
    pub vpi_scan:
        Result<unsafe extern "C" fn(iterator: vpiHandle) -> vpiHandle, ::libloading::Error>,
    pub vpi_get: Result<
        unsafe extern "C" fn(property: PLI_INT32, object: vpiHandle) -> PLI_INT32,
        ::libloading::Error,
    >,
    pub vpi_get_str: Result<
        unsafe extern "C" fn(property: PLI_INT32, object: vpiHandle) -> *mut PLI_BYTE8,
        ::libloading::Error,
    >,
    pub vpi_get_value:
        Result<unsafe extern "C" fn(expr: vpiHandle, value_p: p_vpi_value), ::libloading::Error>,
    pub vpi_put_value: Result<
        unsafe extern "C" fn(
            object: vpiHandle,
            value_p: p_vpi_value,
            time_p: p_vpi_time,
            flags: PLI_INT32,
        ) -> vpiHandle,
        ::libloading::Error,
    >,
    pub vpi_get_time:
        Result<unsafe extern "C" fn(object: vpiHandle, time_p: p_vpi_time), ::libloading::Error>,
    pub vpi_printf:
        Result<unsafe extern "C" fn(format: *mut PLI_BYTE8, ...) -> PLI_INT32, ::libloading::Error>,
    pub vpi_chk_error: Result<
        unsafe extern "C" fn(error_info_p: p_vpi_error_info) -> PLI_INT32,
        ::libloading::Error,
    >,
    pub vpi_free_object:
        Result<unsafe extern "C" fn(object: vpiHandle) -> PLI_INT32, ::libloading::Error>,
    pub vpi_release_handle:
        Result<unsafe extern "C" fn(object: vpiHandle) -> PLI_INT32, ::libloading::Error>,
    pub vpi_get_vlog_info: Result<
        unsafe extern "C" fn(vlog_info_p: p_vpi_vlog_info) -> PLI_INT32,
        ::libloading::Error,
    >,
    pub vpi_flush: Result<unsafe extern "C" fn() -> PLI_INT32, ::libloading::Error>,
    pub vpi_control:
        Result<unsafe extern "C" fn(operation: PLI_INT32, ...) -> PLI_INT32, ::libloading::Error>,
}
impl VpiFunctions {
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
        let vpi_register_cb = unsafe { __library.get(b"vpi_register_cb\0") }.map(|sym| *sym);
        let vpi_remove_cb = unsafe { __library.get(b"vpi_remove_cb\0") }.map(|sym| *sym);
        let vpi_handle_by_name = unsafe { __library.get(b"vpi_handle_by_name\0") }.map(|sym| *sym);
        let vpi_handle_by_index =
            unsafe { __library.get(b"vpi_handle_by_index\0") }.map(|sym| *sym);
        let vpi_handle = unsafe { __library.get(b"vpi_handle\0") }.map(|sym| *sym);
        let vpi_iterate = unsafe { __library.get(b"vpi_iterate\0") }.map(|sym| *sym);
        let vpi_scan = unsafe { __library.get(b"vpi_scan\0") }.map(|sym| *sym);
        let vpi_get = unsafe { __library.get(b"vpi_get\0") }.map(|sym| *sym);
        let vpi_get_str = unsafe { __library.get(b"vpi_get_str\0") }.map(|sym| *sym);
        let vpi_get_value = unsafe { __library.get(b"vpi_get_value\0") }.map(|sym| *sym);
        let vpi_put_value = unsafe { __library.get(b"vpi_put_value\0") }.map(|sym| *sym);
        let vpi_get_time = unsafe { __library.get(b"vpi_get_time\0") }.map(|sym| *sym);
        let vpi_printf = unsafe { __library.get(b"vpi_printf\0") }.map(|sym| *sym);
        let vpi_chk_error = unsafe { __library.get(b"vpi_chk_error\0") }.map(|sym| *sym);
        let vpi_free_object = unsafe { __library.get(b"vpi_free_object\0") }.map(|sym| *sym);
        let vpi_release_handle = unsafe { __library.get(b"vpi_release_handle\0") }.map(|sym| *sym);
        let vpi_get_vlog_info = unsafe { __library.get(b"vpi_get_vlog_info\0") }.map(|sym| *sym);
        let vpi_flush = unsafe { __library.get(b"vpi_flush\0") }.map(|sym| *sym);
        let vpi_control = unsafe { __library.get(b"vpi_control\0") }.map(|sym| *sym);
        Ok(VpiFunctions {
            __library,
            vpi_register_cb,
            vpi_remove_cb,
            vpi_handle_by_name,
            vpi_handle_by_index,
            vpi_handle,
            vpi_iterate,
            vpi_scan,
            vpi_get,
            vpi_get_str,
            vpi_get_value,
            vpi_put_value,
            vpi_get_time,
            vpi_printf,
            vpi_chk_error,
            vpi_free_object,
            vpi_release_handle,
            vpi_get_vlog_info,
            vpi_flush,
            vpi_control,
        })
    }
    pub unsafe fn vpi_register_cb(&self, cb_data_p: p_cb_data) -> vpiHandle {
        unsafe {
            (self
                .vpi_register_cb
                .as_ref()
                .expect("Expected function, got error."))(cb_data_p)
        }
    }
    pub unsafe fn vpi_remove_cb(&self, cb_obj: vpiHandle) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_remove_cb
                .as_ref()
                .expect("Expected function, got error."))(cb_obj)
        }
    }
    pub unsafe fn vpi_handle_by_name(&self, name: *mut PLI_BYTE8, scope: vpiHandle) -> vpiHandle {
        unsafe {
            (self
                .vpi_handle_by_name
                .as_ref()
                .expect("Expected function, got error."))(name, scope)
        }
    }
    pub unsafe fn vpi_handle_by_index(&self, object: vpiHandle, indx: PLI_INT32) -> vpiHandle {
        unsafe {
            (self
                .vpi_handle_by_index
                .as_ref()
                .expect("Expected function, got error."))(object, indx)
        }
    }
    pub unsafe fn vpi_handle(&self, type_: PLI_INT32, refHandle: vpiHandle) -> vpiHandle {
        unsafe {
            (self
                .vpi_handle
                .as_ref()
                .expect("Expected function, got error."))(type_, refHandle)
        }
    }
    pub unsafe fn vpi_iterate(&self, type_: PLI_INT32, refHandle: vpiHandle) -> vpiHandle {
        unsafe {
            (self
                .vpi_iterate
                .as_ref()
                .expect("Expected function, got error."))(type_, refHandle)
        }
    }
    pub unsafe fn vpi_scan(&self, iterator: vpiHandle) -> vpiHandle {
        unsafe {
            (self
                .vpi_scan
                .as_ref()
                .expect("Expected function, got error."))(iterator)
        }
    }
    pub unsafe fn vpi_get(&self, property: PLI_INT32, object: vpiHandle) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_get
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vpi_get_str(&self, property: PLI_INT32, object: vpiHandle) -> *mut PLI_BYTE8 {
        unsafe {
            (self
                .vpi_get_str
                .as_ref()
                .expect("Expected function, got error."))(property, object)
        }
    }
    pub unsafe fn vpi_get_value(&self, expr: vpiHandle, value_p: p_vpi_value) {
        unsafe {
            (self
                .vpi_get_value
                .as_ref()
                .expect("Expected function, got error."))(expr, value_p)
        }
    }
    pub unsafe fn vpi_put_value(
        &self,
        object: vpiHandle,
        value_p: p_vpi_value,
        time_p: p_vpi_time,
        flags: PLI_INT32,
    ) -> vpiHandle {
        unsafe {
            (self
                .vpi_put_value
                .as_ref()
                .expect("Expected function, got error."))(object, value_p, time_p, flags)
        }
    }
    pub unsafe fn vpi_get_time(&self, object: vpiHandle, time_p: p_vpi_time) {
        unsafe {
            (self
                .vpi_get_time
                .as_ref()
                .expect("Expected function, got error."))(object, time_p)
        }
    }
    pub unsafe fn vpi_chk_error(&self, error_info_p: p_vpi_error_info) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_chk_error
                .as_ref()
                .expect("Expected function, got error."))(error_info_p)
        }
    }
    pub unsafe fn vpi_free_object(&self, object: vpiHandle) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_free_object
                .as_ref()
                .expect("Expected function, got error."))(object)
        }
    }
    pub unsafe fn vpi_release_handle(&self, object: vpiHandle) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_release_handle
                .as_ref()
                .expect("Expected function, got error."))(object)
        }
    }
    pub unsafe fn vpi_get_vlog_info(&self, vlog_info_p: p_vpi_vlog_info) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_get_vlog_info
                .as_ref()
                .expect("Expected function, got error."))(vlog_info_p)
        }
    }
    pub unsafe fn vpi_flush(&self) -> PLI_INT32 {
        unsafe {
            (self
                .vpi_flush
                .as_ref()
                .expect("Expected function, got error."))()
        }
    }
}
