-- SPDX-License-Identifier: MIT OR Apache-2.0
--
-- A library of one package, for the design beside it.

package widths is
    constant DEFAULT_WIDTH : positive := 8;
end package;
