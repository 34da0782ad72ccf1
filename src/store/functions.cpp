#include "store/functions.h"

#include "base/html_text.h"

namespace rapport {
namespace {

using TextFunction = std::string (*)(std::string_view);

// VARCHAR -> VARCHAR over one chunk. NULL stays NULL: DuckDB does not call with it in constant vectors, but a flat
// vector holds both.
template <TextFunction function>
void apply(duckdb_function_info, duckdb_data_chunk input, duckdb_vector output) {
  auto rows = duckdb_data_chunk_get_size(input);
  auto argument = duckdb_data_chunk_get_vector(input, 0);
  auto* texts = static_cast<duckdb_string_t*>(duckdb_vector_get_data(argument));
  auto* valid = duckdb_vector_get_validity(argument);
  for (idx_t row = 0; row < rows; ++row) {
    if (valid != nullptr && !duckdb_validity_row_is_valid(valid, row)) {
      duckdb_vector_ensure_validity_writable(output);
      duckdb_validity_set_row_invalid(duckdb_vector_get_validity(output), row);
      continue;
    }
    auto text = function({duckdb_string_t_data(&texts[row]), duckdb_string_t_length(texts[row])});
    duckdb_vector_assign_string_element_len(output, row, text.data(), text.size());
  }
}

Result<> register_text_function(duckdb_connection connection, const char* name, duckdb_scalar_function_t body) {
  auto function = duckdb_create_scalar_function();
  auto text = duckdb_create_logical_type(DUCKDB_TYPE_VARCHAR);
  duckdb_scalar_function_set_name(function, name);
  duckdb_scalar_function_add_parameter(function, text);
  duckdb_scalar_function_set_return_type(function, text);
  duckdb_scalar_function_set_function(function, body);
  auto registered = duckdb_register_scalar_function(connection, function);
  duckdb_destroy_logical_type(&text);
  duckdb_destroy_scalar_function(&function);
  if (registered == DuckDBError) return fail(Error::Kind::kBug, std::string{"cannot register the SQL function "} + name);
  return {};
}

}  // namespace

Result<> register_functions(duckdb_connection connection) {
  return register_text_function(connection, "html_text", apply<html_text>);
}

}  // namespace rapport
