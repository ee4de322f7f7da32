/* SPDX-License-Identifier: Apache-2.0 */
#include "counterweight/counterweight.h"

#define CW_TEXT_(x) #x
#define CW_TEXT(x) CW_TEXT_(x)

const char *cw_version(void) {
    return CW_TEXT(CW_VERSION_MAJOR) "." CW_TEXT(CW_VERSION_MINOR) "." CW_TEXT(CW_VERSION_PATCH);
}

uint32_t cw_numerics_version(void) { return 1; }

const char *cw_status_name(cw_status status) {
    switch (status) {
#define CW_ROW(id, value, text) case id: return #id;
        CW_STATUS_TABLE(CW_ROW)
#undef CW_ROW
    }
    return "CW_ERROR_UNKNOWN";
}

const char *cw_status_text(cw_status status) {
    switch (status) {
#define CW_ROW(id, value, text) case id: return text;
        CW_STATUS_TABLE(CW_ROW)
#undef CW_ROW
    }
    return "no status of this library";
}
