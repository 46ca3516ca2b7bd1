#include "datasets/feature_file.hpp"

#include <boost/test/unit_test.hpp>
#include <limits>

#include "hdf5_files.hpp"
#include "scratch.hpp"

using namespace assay;
using namespace assay::datasets;

BOOST_AUTO_TEST_SUITE(feature_file)

// Three samples of two features; sample j is column j of a 2 x 3 matrix.
const std::vector<double> by_sample{1, 2, 3, 4, 5, 6}, by_feature{1, 3, 5, 2, 4, 6};
const std::vector<double> labels{1, 0, 2};

struct Files {
    Scratch scratch;
    std::filesystem::path one = scratch / "one.h5";

    template <class Fill>
    LabelledFeatures<double> read(Fill fill) const {
        {
            Hdf5File file(one);
            fill(file);
        }
        return read_feature_file<double>(one);
    }
    template <class Fill>
    std::string complaint(Fill fill) const {
        return message_of([&] { read(fill); });
    }
};

void check(const LabelledFeatures<double>& set) {
    BOOST_TEST(set.dimension == 2u);
    BOOST_TEST(set.classes == 3u);
    BOOST_TEST(set.values == by_sample, boost::test_tools::per_element());
    BOOST_TEST(set.labels == (std::vector<std::uint32_t>{1, 0, 2}), boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(both_orders_and_all_types_are_read, Files) {
    for (const hid_t type : {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F64BE}) {
        for (const hid_t label_type : {H5T_STD_U8LE, H5T_STD_I64LE, H5T_IEEE_F64LE}) {
            check(read([&](Hdf5File& file) {
                file.put("features", {3, 2}, by_sample, type);
                file.put("labels", {3}, labels, label_type);
            }));
            check(read([&](Hdf5File& file) {
                file.put("features", {2, 3}, by_feature, type);
                file.put("labels", {1, 3}, labels, label_type);
            }));
        }
    }
    check(read([&](Hdf5File& file) {
        file.put("features", {3, 2}, by_sample);
        file.put("labels", {3, 1}, labels);
    }));
}

BOOST_FIXTURE_TEST_CASE(a_matlab_file_of_version_7_3_is_one, Files) {
    Hdf5File(one, 512).put("features", {3, 2}, by_sample);
    const hid_t file = H5Fopen(one.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    H5Fclose(file);
    BOOST_TEST(contains(message_of([&] { read_feature_file<double>(one); }),
                        "there is no data set labels; found features"));
    {
        Hdf5File both(one, 512);
        both.put("features", {3, 2}, by_sample);
        both.put("labels", {3, 1}, {2, 1, 3});
    }
    check(read_feature_file<double>(one));
}

BOOST_FIXTURE_TEST_CASE(float_and_double_agree, Files) {
    const auto twice = read([&](Hdf5File& file) {
        file.put("features", {3, 2}, by_sample);
        file.put("labels", {3}, labels);
    });
    const auto single = read_feature_file<float>(one);
    BOOST_TEST(std::vector<double>(single.values.begin(), single.values.end()) == twice.values,
               boost::test_tools::per_element());
}

BOOST_FIXTURE_TEST_CASE(a_packed_file_is_to_be_unpacked, Files) {
    read([&](Hdf5File& file) {
        file.put("features", {3, 2}, by_sample);
        file.put("labels", {3}, labels);
    });
    write_xz(scratch / "one.h5.xz", read_plain(one));
    BOOST_TEST(contains(message_of([&] { read_feature_file<double>(scratch / "one.h5.xz"); }),
                        "one.h5.xz: is packed"));
}

BOOST_FIXTURE_TEST_CASE(a_large_file_in_chunks_comes_out_whole, Files) {
    // 700 features of 5000 samples: more than a block, and no whole number of chunks.
    const hsize_t d = 700, n = 5000;
    std::vector<double> values(d * n), classes(n);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
    for (std::size_t j = 0; j < n; ++j) classes[j] = static_cast<double>(j % 4);
    for (const std::vector<hsize_t>& chunk : {std::vector<hsize_t>{}, {33, 999}, {700, 10}}) {
        const auto set = read([&](Hdf5File& file) {
            file.put("features", {d, n}, values, H5T_IEEE_F32LE, chunk);
            file.put("labels", {n}, classes);
        });
        bool right = set.values.size() == values.size();
        for (std::size_t j = 0; right && j < n; ++j)
            for (std::size_t i = 0; i < d; ++i) right = right && set.values[j * d + i] == values[i * n + j];
        BOOST_TEST(right);
    }
}

BOOST_FIXTURE_TEST_CASE(a_square_matrix_must_say_which_axis_is_which, Files) {
    const auto square = [](int axis) {
        return [axis](Hdf5File& file) {
            file.put("features", {2, 2}, {1, 2, 3, 4});
            file.put("labels", {2}, {0, 1});
            if (axis >= 0) file.attribute("features", "samples_axis", {1.0 * axis});
        };
    };
    BOOST_TEST(contains(complaint(square(-1)),
                        "features: has the shape (2, 2), which does not tell samples from features"));
    BOOST_TEST(read(square(0)).values == (std::vector<double>{1, 2, 3, 4}), boost::test_tools::per_element());
    BOOST_TEST(read(square(1)).values == (std::vector<double>{1, 3, 2, 4}), boost::test_tools::per_element());
    BOOST_TEST(contains(complaint(square(2)), "its attribute samples_axis is 2"));
    BOOST_TEST(contains(complaint([](Hdf5File& file) {
                            file.put("features", {3, 2}, by_sample);
                            file.put("labels", {3}, labels);
                            file.attribute("features", "samples_axis", {1});
                        }),
                        "its attribute samples_axis is 1, but"));
}

BOOST_FIXTURE_TEST_CASE(two_files_share_the_numbering_of_the_first, Files) {
    const auto write = [&](const char* name, const std::vector<double>& classes, hsize_t d = 2) {
        Hdf5File file(scratch / name);
        file.put("features", {classes.size(), d}, std::vector<double>(classes.size() * d, 1));
        file.put("labels", {classes.size()}, classes);
    };
    const auto read = [&](const char* test) {
        return read_feature_files<float>(scratch / "train", scratch / test);
    };
    write("train", {1, 2, 3, 4});
    write("test", {3, 2, 2});
    const auto split = read("test");
    BOOST_TEST(split.train.labels[0] == 0u);
    BOOST_TEST(split.test.labels[0] == 2u);
    BOOST_TEST(split.test.classes == 4u);
    write("zero", {0, 1, 2});
    BOOST_TEST(contains(
        message_of([&] { read("zero"); }),
        "zero: labels: the label of sample 0 (counted from 0) is 0; expected a whole number from 1 to 4"));
    write("wide", {1, 2, 3, 4}, 3);
    BOOST_TEST(contains(message_of([&] { read("wide"); }), "wide: features: has 3 features, but"));
    BOOST_TEST(contains(message_of([&] { read("none"); }), "none: cannot be opened"));
}

BOOST_FIXTURE_TEST_CASE(the_number_of_classes_may_be_said, Files) {
    const auto some = [](const std::vector<double>& classes, hid_t type = H5T_IEEE_F64LE) {
        return [=](Hdf5File& file) {
            file.put("features", {3, 2}, by_sample);
            file.put("labels", {3}, {2, 5, 7});
            file.attribute("labels", "classes", classes, type);
        };
    };
    BOOST_TEST(read(some({10})).classes == 10u);
    BOOST_TEST(read(some({10}, H5T_STD_U8LE)).labels[2] == 7u);
    BOOST_TEST(contains(complaint(some({5})), "is 5; expected a whole number from 0 to 4"));
    BOOST_TEST(contains(complaint(some({0})), "its attribute classes is 0; expected 1 or more"));
    for (const std::vector<double>& bad : {std::vector<double>{2.5}, {8, 8}, {1e300}})
        BOOST_TEST(contains(complaint(some(bad)),
                            "one.h5: HDF5: the attribute classes of labels is not one whole number"));
}

BOOST_FIXTURE_TEST_CASE(what_is_missing_or_of_another_shape_or_type_is_named, Files) {
    const auto with = [&](const std::vector<hsize_t>& shape, hid_t type,
                          const std::vector<hsize_t>& label_shape = {3},
                          const std::vector<double>& classes = labels) {
        return complaint([&](Hdf5File& file) {
            std::size_t count = 1;
            for (const hsize_t axis : shape) count *= axis;
            file.put("features", shape, std::vector<double>(count, 1), type);
            file.put("labels", label_shape, classes);
        });
    };
    BOOST_TEST(contains(complaint([](Hdf5File&) {}), "one.h5: there is no data set features; found"));
    BOOST_TEST(contains(complaint([](Hdf5File& file) {
                            H5Gclose(
                                H5Gcreate2(file.id(), "features", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
                        }),
                        "there is no data set features; found features"));
    BOOST_TEST(contains(with({3, 2}, H5T_STD_U8LE),
                        "features: is 8-bit unsigned integer; expected 32-bit or 64-bit floats"));
    BOOST_TEST(contains(with({3, 2}, H5T_NATIVE_LDOUBLE), "features: is 128-bit float"));
    BOOST_TEST(contains(with({6}, H5T_IEEE_F32LE),
                        "features: has the shape (6); expected a matrix with an axis of 3"));
    BOOST_TEST(contains(with({3, 2, 1}, H5T_IEEE_F32LE), "features: has the shape (3, 2, 1)"));
    BOOST_TEST(contains(with({4, 2}, H5T_IEEE_F32LE),
                        "features: has the shape (4, 2); expected a matrix with an axis of 3"));
    BOOST_TEST(contains(with({3, 0}, H5T_IEEE_F32LE), "features: is empty: 0 features of 3 samples"));
    BOOST_TEST(contains(with({3, 2}, H5T_IEEE_F32LE, {2, 2}, {0, 0, 0, 0}),
                        "labels: is 64-bit float of the shape (2, 2)"));
    BOOST_TEST(contains(with({3, 2}, H5T_IEEE_F32LE, {0}, {}), "labels: is 64-bit float of the shape (0)"));
    BOOST_TEST(contains(with({3, 2}, H5T_IEEE_F32LE, {3}, {0, 0.5, 1}), "labels: the label of sample 1"));
    BOOST_TEST(contains(with({3, 2}, H5T_IEEE_F32LE, {3}, {2, 3, 4}), "labels: the smallest label is 2"));
    BOOST_TEST(contains(complaint([](Hdf5File& file) {
                            std::vector<double> values = by_sample;
                            values[3] = std::numeric_limits<double>::quiet_NaN();
                            file.put("features", {3, 2}, values);
                            file.put("labels", {3}, labels);
                        }),
                        "one.h5: features: row 1 of column 1 is nan"));
}

BOOST_FIXTURE_TEST_CASE(a_damaged_file_is_named, Files) {
    read([](Hdf5File& file) {
        file.put("features", {3, 2}, by_sample, H5T_IEEE_F64LE, {3, 2});
        file.put("labels", {3}, labels);
    });
    const std::string whole = read_plain(one);
    for (std::size_t length = 0; length < whole.size(); length += 64) {
        write_plain(scratch / "cut.h5", whole.substr(0, length));
        const std::string said = message_of([&] { read_feature_file<double>(scratch / "cut.h5"); });
        BOOST_TEST(contains(said, "cut.h5"), "cut after " << length);
    }
    write_plain(scratch / "text.h5", "features, labels\n1, 2\n");
    BOOST_TEST(contains(message_of([&] { read_feature_file<double>(scratch / "text.h5"); }),
                        "text.h5: HDF5: opening the file failed"));
}

BOOST_FIXTURE_TEST_CASE(values_in_another_file_are_refused_because_no_digest_would_cover_them, Files) {
    Hdf5File(scratch / "other.h5").put("features", {3, 2}, by_sample);
    BOOST_TEST(contains(complaint([](Hdf5File& file) {
                            H5Lcreate_external("other.h5", "features", file.id(), "features", H5P_DEFAULT,
                                               H5P_DEFAULT);
                            file.put("labels", {3}, labels);
                        }),
                        "one.h5: HDF5: the values of features lie in another file"));
    BOOST_TEST(contains(complaint([&](Hdf5File& file) {
                            const hsize_t shape[] = {3, 2};
                            const hid_t space = H5Screate_simple(2, shape, nullptr),
                                        creation = H5Pcreate(H5P_DATASET_CREATE);
                            H5Pset_external(creation, (scratch / "raw").c_str(), 0, 48);
                            H5Dclose(H5Dcreate2(file.id(), "features", H5T_IEEE_F64LE, space, H5P_DEFAULT,
                                                creation, H5P_DEFAULT));
                            H5Pclose(creation);
                            H5Sclose(space);
                            file.put("labels", {3}, labels);
                        }),
                        "one.h5: HDF5: the values of features lie in another file"));
}

BOOST_AUTO_TEST_SUITE_END()
