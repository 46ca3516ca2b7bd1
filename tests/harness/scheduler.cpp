#include "experiments/harness/run/scheduler.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <limits>

#include "experiments/harness/run/display.hpp"
#include "experiments/harness/run/estimate.hpp"

/// The parts of the scheduler that need no process; tests/e2e has the rest.
BOOST_AUTO_TEST_SUITE(scheduler)

using namespace assay::harness;

PlannedRun planned(const std::string& experiment, double rate, std::uint64_t seed) {
    PlannedRun run;
    run.id = std::string(64, 'a');
    run.experiment = experiment;
    run.params = {{"rate", rate}, {"m", std::int64_t{5}}};
    run.seed = seed;
    run.device = "cpu";
    return run;
}

JournalEntry ended(const PlannedRun& run, double seconds, Status status = Status::completed) {
    JournalEntry entry;
    entry.experiment = run.experiment;
    entry.point = point_of(run);
    entry.seconds = seconds;
    entry.status = status;
    return entry;
}

BOOST_AUTO_TEST_CASE(a_job_keeps_its_types_on_the_way) {
    const double infinity = std::numeric_limits<double>::infinity();
    Job job;
    job.run = planned("probe.curve", 2.0, std::numeric_limits<std::uint64_t>::max());
    job.run.params["flag"] = true;
    job.run.params["far"] = -infinity;
    job.run.params["text"] = std::string("ä \"quoted\"\n");
    job.run.params["big"] = std::numeric_limits<std::int64_t>::min();
    job.run.limits.memory_bytes = 1e9;
    job.run.spec_text = "schema = 1\n";
    job.results = "a folder";
    job.provenance = {{"git.commit", "abc"}};
    const Job back = decode_job(encode_job(job));
    BOOST_TEST((back.run.params == job.run.params));  // 2.0 stays a real, 5 an integer
    BOOST_TEST(back.run.seed == job.run.seed);
    BOOST_TEST(back.run.limits.memory_bytes == 1e9);
    BOOST_TEST(back.run.spec_text == job.run.spec_text);
    BOOST_TEST(back.results.string() == job.results.string());
    BOOST_TEST((back.provenance == job.provenance));
}

BOOST_AUTO_TEST_CASE(reports_come_through) {
    WorkerReport report;
    report.fraction = 0.5;
    report.note = "epoch 3";
    BOOST_TEST(decode_report(encode_report(report)).note == "epoch 3");
    BOOST_TEST(!decode_report(encode_report(report)).final);
    report.final = true;
    report.status = Status::out_of_memory;
    report.message = "two\nlines";
    BOOST_TEST(encode_report(report).find('\n') == std::string::npos);  // a line is a report
    BOOST_TEST((decode_report(encode_report(report)).status == Status::out_of_memory));
}

BOOST_AUTO_TEST_CASE(estimates_prefer_the_same_point) {
    const PlannedRun fast = planned("a", 1, 1);
    const PlannedRun slow = planned("a", 2, 1);
    Estimates estimates({ended(fast, 1), ended(slow, 9)});
    BOOST_TEST(*estimates.seconds(planned("a", 2, 77)) == 9.0);  // another seed of the same point
    BOOST_TEST(!estimates.seconds(planned("a", 4, 1)));          // of which earlier calls tell nothing
    for (const double seconds : {1.0, 2.0, 9.0}) estimates.add(ended(planned("a", 3, 1), seconds));
    BOOST_TEST(*estimates.seconds(planned("a", 4, 1)) == 2.0);  // the median of this call
    BOOST_TEST(!estimates.seconds(planned("b", 1, 1)));
    estimates.add(ended(fast, 100, Status::timeout));  // says nothing about the length
    BOOST_TEST(*estimates.seconds(fast) == 1.0);
}

BOOST_AUTO_TEST_CASE(durations_read_well) {
    BOOST_TEST(duration_text(0.04) == "0.0 s");
    BOOST_TEST(duration_text(9.94) == "9.9 s");
    BOOST_TEST(duration_text(59.4) == "59 s");
    BOOST_TEST(duration_text(250) == "4 min 10 s");
    BOOST_TEST(duration_text(7500) == "2 h 05 min");
}

BOOST_AUTO_TEST_CASE(a_label_names_what_varies) {
    const std::vector<PlannedRun> runs{planned("a", 1, 1), planned("a", 2, 1), planned("b", 1, 4)};
    const Labels label(runs);
    BOOST_TEST(label(runs[1]).starts_with("a rate=2"));
    BOOST_TEST(label(runs[1]).find("m=") == std::string::npos);
    BOOST_TEST(label(runs[2]) == "b seed 4 aaaaaaaa");
}

BOOST_AUTO_TEST_CASE(every_status_has_a_word) {
    for (const Status status : {Status::completed, Status::diverged, Status::failed, Status::crashed,
                                Status::timeout, Status::out_of_memory, Status::interrupted}) {
        BOOST_TEST((status_from(to_string(status)) == status));
        BOOST_TEST(has_result(status) == (status == Status::completed || status == Status::diverged));
    }
    BOOST_CHECK_THROW(status_from("done"), assay::Error);
}

BOOST_AUTO_TEST_CASE(workers_have_one_blas_thread) {
    BOOST_TEST(worker_environment().at("OPENBLAS_NUM_THREADS") == "1");
    ::setenv("ASSAY_BLAS_KERNEL", "native", 1);
    BOOST_TEST(!worker_environment().contains("OPENBLAS_CORETYPE"));
    ::unsetenv("ASSAY_BLAS_KERNEL");
}

BOOST_AUTO_TEST_SUITE_END()
