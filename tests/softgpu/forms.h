/* SPDX-License-Identifier: Apache-2.0
 *
 * The arithmetic instructions: one row per form, ROW(id, name, shape, field, expression). The expression's value goes
 * to the destination's `field`; its operands are a, b, c, e. Where PTX leaves a result undefined (division by zero)
 * the row says what is returned. Anything that is not here is refused by the parser.
 *
 * Included by alu.c only, which has the helpers; `nan32` and `nan64` make the NaN that PTX returns, `flush` is .ftz.
 */
/* clang-format off */

/* ------------------------------------------------------------------------------------------------- integers */

/* T and U: the type and its unsigned twin; WIDE holds a product. */
#define SG_INTEGER(ROW, T, U, bits, w, WIDE) \
    ROW(add_##T,    "add." #T,    w w w,   U, a.U + b.U) \
    ROW(sub_##T,    "sub." #T,    w w w,   U, a.U - b.U) \
    ROW(mul_lo_##T, "mul.lo." #T, w w w,   U, (uint64_t)a.U * b.U) \
    ROW(mul_hi_##T, "mul.hi." #T, w w w,   U, ((WIDE)a.T * b.T) >> bits) \
    ROW(mad_lo_##T, "mad.lo." #T, w w w w, U, (uint64_t)a.U * b.U + c.U) \
    ROW(mad_hi_##T, "mad.hi." #T, w w w w, U, (uint64_t)(((WIDE)a.T * b.T) >> bits) + c.U) \
    ROW(min_##T,    "min." #T,    w w w,   T, a.T < b.T ? a.T : b.T) \
    ROW(max_##T,    "max." #T,    w w w,   T, a.T > b.T ? a.T : b.T) \
    ROW(mov_##T,    "mov." #T,    w w,     U, a.U) \
    ROW(selp_##T,   "selp." #T,   w w w "p", U, c.u32 ? a.U : b.U) \
    ROW(eq_##T, "setp.eq." #T, "p" w w, u64, a.T == b.T) \
    ROW(ne_##T, "setp.ne." #T, "p" w w, u64, a.T != b.T) \
    ROW(lt_##T, "setp.lt." #T, "p" w w, u64, a.T < b.T) \
    ROW(le_##T, "setp.le." #T, "p" w w, u64, a.T <= b.T) \
    ROW(gt_##T, "setp.gt." #T, "p" w w, u64, a.T > b.T) \
    ROW(ge_##T, "setp.ge." #T, "p" w w, u64, a.T >= b.T)

/* Division by zero: all bits set. */
#define SG_UNSIGNED(ROW, T, bits, w) \
    ROW(shr_##T, "shr." #T, w w "w", T, b.u32 < bits ? a.T >> b.u32 : 0) \
    ROW(div_##T, "div." #T, w w w, T, b.T ? a.T / b.T : (T##_t)-1) \
    ROW(rem_##T, "rem." #T, w w w, T, b.T ? a.T % b.T : (T##_t)-1) \
    ROW(lo_##T, "setp.lo." #T, "p" w w, u64, a.T < b.T) \
    ROW(ls_##T, "setp.ls." #T, "p" w w, u64, a.T <= b.T) \
    ROW(hi_##T, "setp.hi." #T, "p" w w, u64, a.T > b.T) \
    ROW(hs_##T, "setp.hs." #T, "p" w w, u64, a.T >= b.T)

#define SG_SIGNED(ROW, T, U, bits, w) \
    ROW(shr_##T, "shr." #T, w w "w", T, a.T >> (b.u32 < bits ? b.u32 : bits - 1)) \
    ROW(div_##T, "div." #T, w w w, U, b.T == 0 ? (U##_t)-1 : b.T == -1 ? (U##_t)(0 - a.U) : (U##_t)(a.T / b.T)) \
    ROW(rem_##T, "rem." #T, w w w, U, b.T == 0 ? (U##_t)-1 : b.T == -1 ? 0 : (U##_t)(a.T % b.T)) \
    ROW(neg_##T, "neg." #T, w w, U, 0 - a.U) \
    ROW(abs_##T, "abs." #T, w w, U, a.T < 0 ? 0 - a.U : a.U)

#define SG_BITS(ROW, B, U, bits, w) \
    ROW(and_##B, "and." #B, w w w, U, a.U & b.U) \
    ROW(or_##B,  "or."  #B, w w w, U, a.U | b.U) \
    ROW(xor_##B, "xor." #B, w w w, U, a.U ^ b.U) \
    ROW(not_##B, "not." #B, w w,   U, ~a.U) \
    ROW(cnot_##B, "cnot." #B, w w, U, a.U == 0) \
    ROW(shl_##B, "shl." #B, w w "w", U, b.u32 < bits ? (uint64_t)a.U << b.u32 : 0) \
    ROW(shr_##B, "shr." #B, w w "w", U, b.u32 < bits ? a.U >> b.u32 : 0) \
    ROW(mov_##B, "mov." #B, w w, U, a.U) \
    ROW(selp_##B, "selp." #B, w w w "p", U, c.u32 ? a.U : b.U) \
    ROW(eq_##B, "setp.eq." #B, "p" w w, u64, a.U == b.U) \
    ROW(ne_##B, "setp.ne." #B, "p" w w, u64, a.U != b.U)

/* add.cc and its relatives: each is two of these, the value and the carry (out of `e` in). */
#define SG_CARRY(ROW, U, w, WIDE, bits) \
    ROW(carry_add_##U,  "add{carry}." #U,  w w w w w, u64, ((WIDE)a.U + b.U + e.u32) >> bits) \
    ROW(value_add_##U,  "add{value}." #U,  w w w w w, U,   a.U + b.U + e.u32) \
    ROW(carry_sub_##U,  "sub{carry}." #U,  w w w w w, u64, (WIDE)a.U < (WIDE)b.U + e.u32) \
    ROW(value_sub_##U,  "sub{value}." #U,  w w w w w, U,   a.U - b.U - e.u32) \
    ROW(carry_mad_lo_##U, "mad.lo{carry}." #U, w w w w w, u64, ((WIDE)(U##_t)((WIDE)a.U * b.U) + c.U + e.u32) >> bits) \
    ROW(value_mad_lo_##U, "mad.lo{value}." #U, w w w w w, U,   (U##_t)((WIDE)a.U * b.U) + c.U + e.u32) \
    ROW(carry_mad_hi_##U, "mad.hi{carry}." #U, w w w w w, u64, ((((WIDE)a.U * b.U) >> bits) + c.U + e.u32) >> bits) \
    ROW(value_mad_hi_##U, "mad.hi{value}." #U, w w w w w, U,   (((WIDE)a.U * b.U) >> bits) + c.U + e.u32)

#define SG_INTEGER_FORMS(ROW) \
    SG_INTEGER(ROW, u16, u16, 16, "h", uint32_t) SG_INTEGER(ROW, s16, u16, 16, "h", int32_t) \
    SG_INTEGER(ROW, u32, u32, 32, "w", uint64_t) SG_INTEGER(ROW, s32, u32, 32, "w", int64_t) \
    SG_INTEGER(ROW, u64, u64, 64, "d", u128_t)   SG_INTEGER(ROW, s64, u64, 64, "d", s128_t) \
    SG_UNSIGNED(ROW, u16, 16, "h") SG_UNSIGNED(ROW, u32, 32, "w") SG_UNSIGNED(ROW, u64, 64, "d") \
    SG_SIGNED(ROW, s16, u16, 16, "h") SG_SIGNED(ROW, s32, u32, 32, "w") SG_SIGNED(ROW, s64, u64, 64, "d") \
    ROW(mul_wide_u16, "mul.wide.u16", "whh", u32, (uint32_t)a.u16 * b.u16) \
    ROW(mul_wide_s16, "mul.wide.s16", "whh", s32, (int32_t)a.s16 * b.s16) \
    ROW(mul_wide_u32, "mul.wide.u32", "dww", u64, (uint64_t)a.u32 * b.u32) \
    ROW(mul_wide_s32, "mul.wide.s32", "dww", s64, (int64_t)a.s32 * b.s32) \
    ROW(mad_wide_u16, "mad.wide.u16", "whhw", u32, (uint32_t)a.u16 * b.u16 + c.u32) \
    ROW(mad_wide_s16, "mad.wide.s16", "whhw", u32, (uint32_t)((int32_t)a.s16 * b.s16) + c.u32) \
    ROW(mad_wide_u32, "mad.wide.u32", "dwwd", u64, (uint64_t)a.u32 * b.u32 + c.u64) \
    ROW(mad_wide_s32, "mad.wide.s32", "dwwd", u64, (uint64_t)((int64_t)a.s32 * b.s32) + c.u64) \
    SG_BITS(ROW, b16, u16, 16, "h") SG_BITS(ROW, b32, u32, 32, "w") SG_BITS(ROW, b64, u64, 64, "d") \
    SG_CARRY(ROW, u32, "w", uint64_t, 32) SG_CARRY(ROW, u64, "d", u128_t, 64) \
    ROW(and_pred, "and.pred", "ppp", u64, a.u32 & b.u32) \
    ROW(or_pred,  "or.pred",  "ppp", u64, a.u32 | b.u32) \
    ROW(xor_pred, "xor.pred", "ppp", u64, a.u32 ^ b.u32) \
    ROW(not_pred, "not.pred", "pp",  u64, !a.u32) \
    ROW(mov_pred, "mov.pred", "pp",  u64, a.u32) \
    ROW(popc_b32, "popc.b32", "ww", u32, __builtin_popcount(a.u32)) \
    ROW(popc_b64, "popc.b64", "wd", u32, __builtin_popcountll(a.u64)) \
    ROW(clz_b32, "clz.b32", "ww", u32, a.u32 ? __builtin_clz(a.u32) : 32) \
    ROW(clz_b64, "clz.b64", "wd", u32, a.u64 ? __builtin_clzll(a.u64) : 64) \
    ROW(brev_b32, "brev.b32", "ww", u32, reverse(a.u32) >> 32) \
    ROW(brev_b64, "brev.b64", "dd", u64, reverse(a.u64)) \
    ROW(bfind_u32, "bfind.u32", "ww", u32, highest(a.u32)) \
    ROW(bfind_u64, "bfind.u64", "wd", u32, highest(a.u64)) \
    ROW(bfind_s32, "bfind.s32", "ww", u32, highest(a.s32 < 0 ? (uint32_t)~a.u32 : a.u32)) \
    ROW(bfind_s64, "bfind.s64", "wd", u32, highest(a.s64 < 0 ? ~a.u64 : a.u64)) \
    ROW(bfe_u32, "bfe.u32", "wwww", u32, extract(a.u32, b.u8, c.u8, 32, 0)) \
    ROW(bfe_s32, "bfe.s32", "wwww", u32, extract(a.u32, b.u8, c.u8, 32, 1)) \
    ROW(bfe_u64, "bfe.u64", "ddww", u64, extract(a.u64, b.u8, c.u8, 64, 0)) \
    ROW(bfe_s64, "bfe.s64", "ddww", u64, extract(a.u64, b.u8, c.u8, 64, 1)) \
    ROW(bfi_b32, "bfi.b32", "wwwww", u32, insert(a.u32, b.u32, c.u8, e.u8, 32)) \
    ROW(bfi_b64, "bfi.b64", "dddww", u64, insert(a.u64, b.u64, c.u8, e.u8, 64)) \
    ROW(lop3_b32, "lop3.b32", "wwwww", u32, truth(a.u32, b.u32, c.u32, e.u32)) \
    ROW(prmt_b32, "prmt.b32", "wwww", u32, permute(a.u32, b.u32, c.u32)) \
    ROW(shf_l_wrap,  "shf.l.wrap.b32",  "wwww", u32, (pair(a.u32, b.u32) << (c.u32 & 31)) >> 32) \
    ROW(shf_r_wrap,  "shf.r.wrap.b32",  "wwww", u32, pair(a.u32, b.u32) >> (c.u32 & 31)) \
    ROW(shf_l_clamp, "shf.l.clamp.b32", "wwww", u32, (pair(a.u32, b.u32) << (c.u32 < 32 ? c.u32 : 32)) >> 32) \
    ROW(shf_r_clamp, "shf.r.clamp.b32", "wwww", u32, pair(a.u32, b.u32) >> (c.u32 < 32 ? c.u32 : 32)) \
    ROW(pack_b32, "mov.b32{2", "whh", u32, a.u16 | (uint32_t)b.u16 << 16) \
    ROW(pack_b64, "mov.b64{2", "dww", u64, pair(a.u32, b.u32)) \
    ROW(pack4_b64, "mov.b64{4", "dhhhh", u64, pair(a.u16 | (uint32_t)b.u16 << 16, c.u16 | (uint32_t)e.u16 << 16)) \
    ROW(part_b32, "mov.b32}2", "hww", u16, a.u32 >> (16 * b.u32)) \
    ROW(part_b64, "mov.b64}2", "wdw", u32, a.u64 >> (32 * b.u32)) \
    ROW(part4_b64, "mov.b64}4", "hdw", u16, a.u64 >> (16 * b.u32)) \
    ROW(cvta_to_global, "cvta.to.global.u64", "dd", u64, a.u64) \
    ROW(cvta_global,    "cvta.global.u64",    "dd", u64, a.u64) \
    ROW(cvta_to_const,  "cvta.to.const.u64",  "dd", u64, a.u64) \
    ROW(cvta_const,     "cvta.const.u64",     "dd", u64, a.u64) \
    ROW(cvta_to_shared, "cvta.to.shared.u64", "dd", u64, a.u64 - SG_WINDOW_SHARED) \
    ROW(cvta_shared,    "cvta.shared.u64",    "dd", u64, a.u64 + SG_WINDOW_SHARED) \
    ROW(cvta_to_local,  "cvta.to.local.u64",  "dd", u64, a.u64 - SG_WINDOW_LOCAL) \
    ROW(cvta_local,     "cvta.local.u64",     "dd", u64, a.u64 + SG_WINDOW_LOCAL) \
    ROW(cvta_to_param,  "cvta.to.param.u64",  "dd", u64, a.u64 - SG_WINDOW_PARAM) \
    ROW(cvta_param,     "cvta.param.u64",     "dd", u64, a.u64 + SG_WINDOW_PARAM)

/* ---------------------------------------------------------------------------------------------------- floats */

#define SG_FLOAT(ROW, F, U, w, nan, sign) \
    ROW(mov_##F,  "mov." #F,  w w, U, a.U) \
    ROW(selp_##F, "selp." #F, w w w "p", U, c.u32 ? a.U : b.U) \
    ROW(copysign_##F, "copysign." #F, w w w, U, (a.U & sign) | (b.U & ~sign)) \
    ROW(max_nan_##F, "max.NaN." #F, w w w, F, nan(a.F != a.F || b.F != b.F ? a.F + b.F : greater_##F(a.F, b.F))) \
    ROW(min_nan_##F, "min.NaN." #F, w w w, F, nan(a.F != a.F || b.F != b.F ? a.F + b.F : -greater_##F(-a.F, -b.F))) \
    ROW(finite_##F,   "testp.finite." #F,     "p" w, u64, a.F - a.F == 0) \
    ROW(infinite_##F, "testp.infinite." #F,   "p" w, u64, a.F == a.F && a.F - a.F != 0) \
    ROW(number_##F,   "testp.number." #F,     "p" w, u64, a.F == a.F) \
    ROW(notnum_##F,   "testp.notanumber." #F, "p" w, u64, a.F != a.F)

/* Z is flush for .ftz, keep otherwise. Without a rounding in the name PTX rounds to nearest too. */
#define SG_ROUNDED(ROW, id, z, F, w, nan, Z, fused) \
    ROW(add_rn_##id, "add.rn" z "." #F, w w w, F, nan(Z(Z(a.F) + Z(b.F)))) \
    ROW(sub_rn_##id, "sub.rn" z "." #F, w w w, F, nan(Z(Z(a.F) - Z(b.F)))) \
    ROW(mul_rn_##id, "mul.rn" z "." #F, w w w, F, nan(Z(Z(a.F) * Z(b.F)))) \
    ROW(add_##id,    "add"    z "." #F, w w w, F, nan(Z(Z(a.F) + Z(b.F)))) \
    ROW(sub_##id,    "sub"    z "." #F, w w w, F, nan(Z(Z(a.F) - Z(b.F)))) \
    ROW(mul_##id,    "mul"    z "." #F, w w w, F, nan(Z(Z(a.F) * Z(b.F)))) \
    ROW(fma_rn_##id, "fma.rn" z "." #F, w w w w, F, nan(Z(fused(Z(a.F), Z(b.F), Z(c.F))))) \
    ROW(mad_rn_##id, "mad.rn" z "." #F, w w w w, F, nan(Z(fused(Z(a.F), Z(b.F), Z(c.F))))) \
    ROW(div_rn_##id, "div.rn" z "." #F, w w w, F, nan(Z(Z(a.F) / Z(b.F)))) \
    ROW(rcp_rn_##id, "rcp.rn" z "." #F, w w, F, nan(Z(1 / Z(a.F)))) \
    ROW(sqrt_rn_##id, "sqrt.rn" z "." #F, w w, F, nan(Z(root_##F(Z(a.F))))) \
    ROW(max_##id, "max" z "." #F, w w w, F, nan(Z(greater_##F(Z(a.F), Z(b.F))))) \
    ROW(min_##id, "min" z "." #F, w w w, F, nan(Z(-greater_##F(-Z(a.F), -Z(b.F))))) \
    ROW(neg_##id, "neg" z "." #F, w w, F, -Z(a.F)) \
    ROW(abs_##id, "abs" z "." #F, w w, F, magnitude_##F(Z(a.F))) \
    ROW(eq_##id,  "setp.eq"  z "." #F, "p" w w, u64, Z(a.F) == Z(b.F)) \
    ROW(ne_##id,  "setp.ne"  z "." #F, "p" w w, u64, Z(a.F) < Z(b.F) || Z(a.F) > Z(b.F)) \
    ROW(lt_##id,  "setp.lt"  z "." #F, "p" w w, u64, Z(a.F) < Z(b.F)) \
    ROW(le_##id,  "setp.le"  z "." #F, "p" w w, u64, Z(a.F) <= Z(b.F)) \
    ROW(gt_##id,  "setp.gt"  z "." #F, "p" w w, u64, Z(a.F) > Z(b.F)) \
    ROW(ge_##id,  "setp.ge"  z "." #F, "p" w w, u64, Z(a.F) >= Z(b.F)) \
    ROW(equ_##id, "setp.equ" z "." #F, "p" w w, u64, !(Z(a.F) < Z(b.F) || Z(a.F) > Z(b.F))) \
    ROW(neu_##id, "setp.neu" z "." #F, "p" w w, u64, Z(a.F) != Z(b.F)) \
    ROW(ltu_##id, "setp.ltu" z "." #F, "p" w w, u64, !(Z(a.F) >= Z(b.F))) \
    ROW(leu_##id, "setp.leu" z "." #F, "p" w w, u64, !(Z(a.F) > Z(b.F))) \
    ROW(gtu_##id, "setp.gtu" z "." #F, "p" w w, u64, !(Z(a.F) <= Z(b.F))) \
    ROW(geu_##id, "setp.geu" z "." #F, "p" w w, u64, !(Z(a.F) < Z(b.F))) \
    ROW(num_##id, "setp.num" z "." #F, "p" w w, u64, a.F == a.F && b.F == b.F) \
    ROW(nan_##id, "setp.nan" z "." #F, "p" w w, u64, a.F != a.F || b.F != b.F)

/* Any value within the error that PTX documents; approx.c chooses it. */
#define SG_APPROXIMATE(ROW, id, z, Z) \
    ROW(rcp_##id,   "rcp.approx"   z ".f32", "ww", f32, nan32(Z(sg_approx_rcp(Z(a.f32))))) \
    ROW(sqrt_##id,  "sqrt.approx"  z ".f32", "ww", f32, nan32(Z(sg_approx_sqrt(Z(a.f32))))) \
    ROW(rsqrt_##id, "rsqrt.approx" z ".f32", "ww", f32, nan32(Z(sg_approx_rsqrt(Z(a.f32))))) \
    ROW(sin_##id,   "sin.approx"   z ".f32", "ww", f32, nan32(Z(sg_approx_sin(Z(a.f32))))) \
    ROW(cos_##id,   "cos.approx"   z ".f32", "ww", f32, nan32(Z(sg_approx_cos(Z(a.f32))))) \
    ROW(lg2_##id,   "lg2.approx"   z ".f32", "ww", f32, nan32(Z(sg_approx_lg2(Z(a.f32))))) \
    ROW(ex2_##id,   "ex2.approx"   z ".f32", "ww", f32, nan32(Z(sg_approx_ex2(Z(a.f32))))) \
    ROW(div_##id,   "div.approx"   z ".f32", "www", f32, nan32(Z(sg_approx_div(Z(a.f32), Z(b.f32))))) \
    ROW(divf_##id,  "div.full"     z ".f32", "www", f32, nan32(Z(sg_approx_div(Z(a.f32), Z(b.f32)))))

#define SG_FLOAT_FORMS(ROW) \
    SG_FLOAT(ROW, f32, u32, "w", nan32, UINT32_C(0x80000000)) \
    SG_FLOAT(ROW, f64, u64, "d", nan64, UINT64_C(0x8000000000000000)) \
    SG_ROUNDED(ROW, f64, "", f64, "d", nan64, keep, __builtin_fma) \
    SG_ROUNDED(ROW, f32, "", f32, "w", nan32, keep, __builtin_fmaf) \
    SG_ROUNDED(ROW, ftz_f32, ".ftz", f32, "w", nan32, flush, __builtin_fmaf) \
    SG_APPROXIMATE(ROW, approx, "", keep) \
    SG_APPROXIMATE(ROW, approx_ftz, ".ftz", flush) \
    ROW(rsqrt_f64, "rsqrt.approx.f64", "dd", f64, nan64(sg_approx_rsqrt64(a.f64)))

/* ----------------------------------------------------------------------------------------------- conversions */

/* What is signed is extended with its sign, as far as the register goes. */
#define SG_NARROW(ROW, D, wide, d) \
    ROW(cvt_##D##_u8,  "cvt." #D ".u8",  d "B", wide, (D##_t)a.u8) \
    ROW(cvt_##D##_s8,  "cvt." #D ".s8",  d "B", wide, (D##_t)a.s8) \
    ROW(cvt_##D##_u16, "cvt." #D ".u16", d "H", wide, (D##_t)a.u16) \
    ROW(cvt_##D##_s16, "cvt." #D ".s16", d "H", wide, (D##_t)a.s16) \
    ROW(cvt_##D##_u32, "cvt." #D ".u32", d "W", wide, (D##_t)a.u32) \
    ROW(cvt_##D##_s32, "cvt." #D ".s32", d "W", wide, (D##_t)a.s32) \
    ROW(cvt_##D##_u64, "cvt." #D ".u64", d "d", wide, (D##_t)a.u64) \
    ROW(cvt_##D##_s64, "cvt." #D ".s64", d "d", wide, (D##_t)a.s64)

#define SG_TO_FLOAT(ROW, F, w) \
    ROW(cvt_##F##_u8,  "cvt.rn." #F ".u8",  w "B", F, a.u8)  ROW(cvt_##F##_s8,  "cvt.rn." #F ".s8",  w "B", F, a.s8) \
    ROW(cvt_##F##_u16, "cvt.rn." #F ".u16", w "H", F, a.u16) ROW(cvt_##F##_s16, "cvt.rn." #F ".s16", w "H", F, a.s16) \
    ROW(cvt_##F##_u32, "cvt.rn." #F ".u32", w "W", F, a.u32) ROW(cvt_##F##_s32, "cvt.rn." #F ".s32", w "W", F, a.s32) \
    ROW(cvt_##F##_u64, "cvt.rn." #F ".u64", w "d", F, a.u64) ROW(cvt_##F##_s64, "cvt.rn." #F ".s64", w "d", F, a.s64)

/* rni rmi rpi rzi: to nearest even, down, up, towards zero. Out of range: the nearest integer. NaN: 0 from f32 to 32
 * bits, else only the highest bit set. */
#define SG_TO_INTEGER(ROW, r, round, F, w, nan32bits) \
    ROW(cvt_##r##_s32_##F, "cvt." #r ".s32." #F, "w" w, s32, to_s32(round(a.F), nan32bits)) \
    ROW(cvt_##r##_u32_##F, "cvt." #r ".u32." #F, "w" w, u32, to_u32(round(a.F), nan32bits)) \
    ROW(cvt_##r##_s64_##F, "cvt." #r ".s64." #F, "d" w, s64, to_s64(round(a.F))) \
    ROW(cvt_##r##_u64_##F, "cvt." #r ".u64." #F, "d" w, u64, to_u64(round(a.F)))

#define SG_CONVERSION_FORMS(ROW) \
    SG_NARROW(ROW, u8, u64, "B") SG_NARROW(ROW, s8, s64, "B") \
    SG_NARROW(ROW, u16, u64, "H") SG_NARROW(ROW, s16, s64, "H") \
    SG_NARROW(ROW, u32, u64, "W") SG_NARROW(ROW, s32, s64, "W") \
    SG_NARROW(ROW, u64, u64, "d") SG_NARROW(ROW, s64, s64, "d") \
    SG_TO_FLOAT(ROW, f32, "w") SG_TO_FLOAT(ROW, f64, "d") \
    SG_TO_INTEGER(ROW, rni, __builtin_rint, f32, "w", 0) SG_TO_INTEGER(ROW, rni, __builtin_rint, f64, "d", 1u << 31) \
    SG_TO_INTEGER(ROW, rmi, __builtin_floor, f32, "w", 0) SG_TO_INTEGER(ROW, rmi, __builtin_floor, f64, "d", 1u << 31) \
    SG_TO_INTEGER(ROW, rpi, __builtin_ceil, f32, "w", 0)  SG_TO_INTEGER(ROW, rpi, __builtin_ceil, f64, "d", 1u << 31) \
    SG_TO_INTEGER(ROW, rzi, __builtin_trunc, f32, "w", 0) SG_TO_INTEGER(ROW, rzi, __builtin_trunc, f64, "d", 1u << 31) \
    ROW(cvt_rn_f32_f64, "cvt.rn.f32.f64", "wd", f32, nan32((float)a.f64)) \
    ROW(cvt_rz_f32_f64, "cvt.rz.f32.f64", "wd", f32, nan32(towards(a.f64, 0))) \
    ROW(cvt_rm_f32_f64, "cvt.rm.f32.f64", "wd", f32, nan32(towards(a.f64, -1))) \
    ROW(cvt_rp_f32_f64, "cvt.rp.f32.f64", "wd", f32, nan32(towards(a.f64, 1))) \
    ROW(cvt_rn_ftz_f32_f64, "cvt.rn.ftz.f32.f64", "wd", f32, nan32(flush((float)a.f64))) \
    ROW(cvt_f64_f32, "cvt.f64.f32", "dw", f64, a.f32) \
    ROW(cvt_ftz_f64_f32, "cvt.ftz.f64.f32", "dw", f64, flush(a.f32)) \
    ROW(cvt_rni_f32_f32, "cvt.rni.f32.f32", "ww", f32, nan32(__builtin_rintf(a.f32))) \
    ROW(cvt_rmi_f32_f32, "cvt.rmi.f32.f32", "ww", f32, nan32(__builtin_floorf(a.f32))) \
    ROW(cvt_rpi_f32_f32, "cvt.rpi.f32.f32", "ww", f32, nan32(__builtin_ceilf(a.f32))) \
    ROW(cvt_rzi_f32_f32, "cvt.rzi.f32.f32", "ww", f32, nan32(__builtin_truncf(a.f32))) \
    ROW(cvt_rni_f64_f64, "cvt.rni.f64.f64", "dd", f64, nan64(__builtin_rint(a.f64))) \
    ROW(cvt_rmi_f64_f64, "cvt.rmi.f64.f64", "dd", f64, nan64(__builtin_floor(a.f64))) \
    ROW(cvt_rpi_f64_f64, "cvt.rpi.f64.f64", "dd", f64, nan64(__builtin_ceil(a.f64))) \
    ROW(cvt_rzi_f64_f64, "cvt.rzi.f64.f64", "dd", f64, nan64(__builtin_trunc(a.f64))) \
    ROW(cvt_rn_f16_f32, "cvt.rn.f16.f32", "hw", u16, half_from(a.f32)) \
    ROW(cvt_f32_f16, "cvt.f32.f16", "wh", f32, nan32(half_to(a.u16)))

#define SG_FORM_TABLE(ROW) SG_INTEGER_FORMS(ROW) SG_FLOAT_FORMS(ROW) SG_CONVERSION_FORMS(ROW)
/* clang-format on */
