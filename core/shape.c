/* SPDX-License-Identifier: Apache-2.0 */
#include "shape.h"

#include "backend.h"

cw_status cw_shape_elements(const cw_spec *spec, uint64_t *elements, cw_error *why) {
    if (spec->rank > CW_MAX_RANK)
        return cw_fail(why, CW_ERROR_SHAPE, 0, "rank %u is over %d", (unsigned)spec->rank, CW_MAX_RANK);
    uint64_t product = cw_dtype_size(spec->dtype), empty = 0;
    for (uint32_t i = 0; i < spec->rank; i++) {
        const uint64_t n = spec->shape[i];
        if (n == 0) empty = 1;
        else if (n > (uint64_t)INT64_MAX / product)
            return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the tensor has more than 2^63 - 1 bytes (make it smaller)");
        else product *= n;
    }
    *elements = empty ? 0 : product / cw_dtype_size(spec->dtype);
    return CW_OK;
}

/* The product of the named axes. An axis may be named twice, as in Keras. Whether it overflows does not depend on the
 * axes' order, nor on one of size 0. */
static cw_status named_fan(const cw_spec *spec, const cw_axes *axes, uint64_t *fan, cw_error *why) {
    uint64_t product = 1, empty = 0;
    if (axes->count > CW_MAX_RANK)
        return cw_fail(why, CW_ERROR_ARGUMENT, 0, "%u axes are over %d", (unsigned)axes->count, CW_MAX_RANK);
    for (uint32_t i = 0; i < axes->count; i++) {
        const int axis = axes->axis[i] < 0 ? axes->axis[i] + (int)spec->rank : axes->axis[i];
        if (axis < 0 || axis >= (int)spec->rank)
            return cw_fail(why, CW_ERROR_ARGUMENT, 0, "axis %d is outside a shape of rank %u", axes->axis[i],
                           (unsigned)spec->rank);
        const uint64_t n = spec->shape[axis];
        if (n == 0) empty = 1;
        else if (product > (uint64_t)INT64_MAX / n)
            return cw_fail(why, CW_ERROR_OVERFLOW, 0, "the product of the named axes is over 2^63 - 1");
        else product *= n;
    }
    *fan = empty ? 0 : product;
    return CW_OK;
}

cw_status cw_shape_fans(const cw_spec *spec, uint64_t *fan_in, uint64_t *fan_out, cw_error *why) {
    if (spec->input_axes.given && spec->output_axes.given) {
        const cw_status status = named_fan(spec, &spec->input_axes, fan_in, why);
        return status ? status : named_fan(spec, &spec->output_axes, fan_out, why);
    }
    uint64_t field = 1;
    for (uint32_t i = 0; i + 2 < spec->rank; i++) field *= spec->shape[i];
    const uint64_t last = spec->rank ? spec->shape[spec->rank - 1] : 1;
    *fan_out = field * last;
    *fan_in = spec->rank < 2 ? last : field * spec->shape[spec->rank - 2];
    return CW_OK;
}
