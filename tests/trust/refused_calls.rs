//! System calls that a container refuses change no diagnosis.

use std::io::Error;
use std::os::unix::process::CommandExt as _;

use crate::common::{Icarus, Run, plugin, run};
use crate::require;

/// Which commands of `membarrier(2)` a filter lets pass.
#[derive(Clone, Copy)]
enum Passes {
    None,
    /// Only that a process registers, and not the barrier itself.
    Registering,
}

/// Has the process that calls this, and what it runs, refused the barrier with `EPERM`.
#[allow(clippy::cast_possible_truncation)] // numbers of the kernel's, all of them small
fn refuse_membarrier(passes: Passes) -> std::io::Result<()> {
    let load = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    let equal = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    let answer = (libc::BPF_RET | libc::BPF_K) as u16;
    let step = |code, jt, jf, k| libc::sock_filter { code, jt, jf, k };
    let allowed = match passes {
        // No command has this number.
        Passes::None => u32::MAX,
        Passes::Registering => libc::MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED as u32,
    };
    let mut filter = [
        step(
            load,
            0,
            0,
            std::mem::offset_of!(libc::seccomp_data, nr) as u32,
        ),
        step(equal, 0, 3, libc::SYS_membarrier as u32),
        step(
            load,
            0,
            0,
            std::mem::offset_of!(libc::seccomp_data, args) as u32,
        ),
        step(equal, 1, 0, allowed),
        step(answer, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM as u32),
        step(answer, 0, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the program and its steps outlive the calls, which copy them.
    let refused = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            ) != 0
    };
    if refused {
        return Err(Error::last_os_error());
    }
    Ok(())
}

fn hangs(test: &str, passes: Passes) -> Run {
    let design = Icarus::compile::<&str>("failing", &["tests/designs/failing.sv"], &[]);
    let filter = format!("={test}");
    let mut command = design.command(&plugin("failures_tb"), &[("VERIFORK_FILTER", &filter)], &[]);
    // SAFETY: between fork and exec it makes two system calls and allocates nothing.
    unsafe { command.pre_exec(move || refuse_membarrier(passes)) };
    run(command)
}

#[test]
fn a_design_that_never_settles_is_distinguished_from_a_task_that_spins_where_membarrier_is_refused()
{
    require!("iverilog", "vvp");
    for passes in [Passes::None, Passes::Registering] {
        let run = hangs("hangs::spins_in_the_design", passes);
        run.failed()
            .says("the design loops without simulated time")
            .says("awaits a condition on failing.count")
            .does_not_say("without awaiting");
        let run = hangs("hangs::spins_without_an_await", passes);
        run.failed()
            .says("`hangs::spins_without_an_await` ran 2 s without awaiting")
            .does_not_say("the design loops");
    }
}
