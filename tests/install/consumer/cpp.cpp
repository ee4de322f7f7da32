// SPDX-License-Identifier: Apache-2.0
#include <counterweight/cpu.h>

#include <iostream>
#include <memory>
#include <vector>

#include "founding.h"

int main() {
    cw_error why{};
    cw_device *opened = nullptr;
    if (cw_cpu_open(nullptr, &opened, &why) != CW_OK) {
        std::cerr << why.text << '\n';
        return 1;
    }
    const std::unique_ptr<cw_device, decltype(&cw_device_close)> cpu(opened, cw_device_close);
    std::vector<float> found(4);
    const cw_plan plan = founding_plan();
    const cw_destination to = cw_cpu_at(found.data(), found.size() * sizeof(float));
    return cw_fill(cpu.get(), &plan, &to, &why) == CW_OK && is_founding(found.data()) ? 0 : 1;
}
