#pragma once

#include <hdf5.h>

#include <filesystem>
#include <string>
#include <vector>

/// Small HDF5 files as other programs write them, made with HDF5 itself.
class Hdf5File {
  public:
    explicit Hdf5File(const std::filesystem::path& file, hsize_t user_block = 0) {
        const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
        H5Pset_userblock(creation, user_block);
        file_ = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT);
        H5Pclose(creation);
    }
    ~Hdf5File() { H5Fclose(file_); }
    Hdf5File(const Hdf5File&) = delete;
    Hdf5File& operator=(const Hdf5File&) = delete;

    /// Writes `values` with the type `stored`; in chunks of this shape, deflated, when one is given.
    void put(const std::string& name, const std::vector<hsize_t>& shape, const std::vector<double>& values,
             hid_t stored = H5T_IEEE_F64LE, const std::vector<hsize_t>& chunk = {}) {
        const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
        const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
        if (!chunk.empty()) {
            H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
            H5Pset_deflate(creation, 4);
        }
        const hid_t data = H5Dcreate2(file_, name.c_str(), stored, space, H5P_DEFAULT, creation, H5P_DEFAULT);
        if (!values.empty()) H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
        H5Dclose(data);
        H5Pclose(creation);
        H5Sclose(space);
    }
    void attribute(const std::string& object, const std::string& name, const std::vector<double>& values,
                   hid_t stored = H5T_STD_I64LE) {
        const hsize_t count = values.size();
        const hid_t space = H5Screate_simple(1, &count, nullptr);
        const hid_t attribute = H5Acreate_by_name(file_, object.c_str(), name.c_str(), stored, space,
                                                  H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data());
        H5Aclose(attribute);
        H5Sclose(space);
    }
    hid_t id() const { return file_; }

  private:
    hid_t file_;
};
