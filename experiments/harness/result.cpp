#include "experiments/harness/result.hpp"

namespace assay::harness {

const char* to_string(Status status) {
    switch (status) {
        case Status::completed:
            return "completed";
        case Status::diverged:
            return "diverged";
        case Status::failed:
            return "failed";
        case Status::crashed:
            return "crashed";
        case Status::timeout:
            return "timeout";
        case Status::out_of_memory:
            return "out of memory";
        case Status::interrupted:
            return "interrupted";
    }
    return "unknown";
}

Status status_from(std::string_view text) {
    for (Status status : {Status::completed, Status::diverged, Status::failed, Status::crashed,
                          Status::timeout, Status::out_of_memory, Status::interrupted}) {
        if (text == to_string(status)) return status;
    }
    throw Error("\"" + std::string(text) + "\" is not the status of a run");
}

}  // namespace assay::harness
