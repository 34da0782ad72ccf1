// Where the clients of registries say that these are. All files are in a home of the test's own.
#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"
#include "connectors/packages/client_files.h"
#include "connectors/packages/packages.h"
#include "tests/support/environment.h"
#include "tests/support/result_matchers.h"
#include "tests/support/temp_folder.h"

namespace rapport::test {
namespace {

using packages::Address;

class Packages : public testing::Test {
 protected:
  Packages() {
    for (const char* name : {"NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "VIRTUAL_ENV", "CARGO_HOME", "CARGO_REGISTRY_DEFAULT",
                             "GEMRC", "DOCKER_CONFIG", "HOMEBREW_API_DOMAIN", "XDG_CONFIG_HOME"})
      unset_.push_back(std::make_unique<EnvironmentVariable>(name, nullptr));
  }
  void write(const std::string& path, const std::string& text) {
    auto file = home_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    ASSERT_TRUE(ok(write_file(file, text)));
  }
  // "url | Header: value | …"
  std::string address(const packages::Registry& registry, const std::string& package, const std::string& given = {}) {
    auto found = registry.address(package, given);
    auto text = found.url;
    for (const auto& [name, value] : found.headers) text += " | " + name + ": " + value;
    return text;
  }

  TempFolder home_;
  EnvironmentVariable home_variable_{"HOME", home_.path().c_str()};
  std::vector<std::unique_ptr<EnvironmentVariable>> unset_;
};

TEST_F(Packages, npm_has_registries_by_scope_and_tokens_by_place) {
  EnvironmentVariable token{"NPM_TEST_TOKEN", "t-1"};
  write(".npmrc",
        "; ours\nregistry=https://npm.example/all/\n@kelvane:registry = \"https://npm.example/team/private/\"\n"
        "//npm.example/team/:_authToken=${NPM_TEST_TOKEN}\n//npm.example/other/:_authToken=t-2\nnot a line\n");
  EXPECT_EQ(address(packages::kNpm, "left"), "https://npm.example/all");
  EXPECT_EQ(address(packages::kNpm, "@kelvane/sdk"), "https://npm.example/team/private | Authorization: Bearer t-1");
  EXPECT_EQ(address(packages::kNpm, "left", "https://npm.example/other/"), "https://npm.example/other | Authorization: Bearer t-2");
  // A host is not a beginning of another.
  EXPECT_EQ(address(packages::kNpm, "left", "https://npm.example.evil/team/"), "https://npm.example.evil/team");
  EnvironmentVariable variable{"NPM_CONFIG_REGISTRY", "https://variable.example/"};
  EXPECT_EQ(address(packages::kNpm, "left"), "https://variable.example");
}

TEST_F(Packages, pip_says_its_index_and_the_password_becomes_a_header) {
  write(".config/pip/pip.conf", "[install]\nindex-url = https://wrong.example/simple\n[global]\nindex-url = https://ana:p%40ss@pypi.example/root/simple/\n");
  // "ana:p@ss" in base64, by hand
  EXPECT_EQ(address(packages::kPypi, "sdk"), "https://pypi.example/root/simple | Authorization: Basic YW5hOnBAc3M=");
  EXPECT_EQ(address(packages::kPypi, "sdk", "https://pypi.example/other/simple"), "https://pypi.example/other/simple | Authorization: Basic YW5hOnBAc3M=");
  EXPECT_EQ(address(packages::kPypi, "sdk", "https://elsewhere.example/simple"), "https://elsewhere.example/simple");
}

TEST_F(Packages, cargo_follows_the_replacement_of_its_source) {
  write(".cargo/config.toml",
        "[source.crates-io]\nreplace-with = 'near'\n[source.near]\nreplace-with = 'mirror-1'\n[registries.mirror-1]\nindex = 'sparse+https://cargo.example/index/'\n");
  write(".cargo/credentials.toml", "[registries.mirror-1]\ntoken = 'raw'\n");
  EXPECT_EQ(address(packages::kCargo, "kelvane"), "sparse+https://cargo.example/index | Authorization: raw");
  EXPECT_EQ(address(packages::kCargo, "kelvane", "https://api.example"), "https://api.example");
  EnvironmentVariable token{"CARGO_REGISTRIES_MIRROR_1_TOKEN", "stronger"};
  EXPECT_EQ(address(packages::kCargo, "kelvane"), "sparse+https://cargo.example/index | Authorization: stronger");
  write(".cargo/config.toml", "[source.crates-io]\nreplace-with = 'a'\n[source.a]\nreplace-with = 'b'\n[source.b]\nreplace-with = 'a'\n");
  EXPECT_EQ(address(packages::kCargo, "kelvane"), "") << "a circle ends";
  write(".cargo/config.toml", "[source.crates-io]\nreplace-with = 'a'\n[source.a]\nregistry = 'https://git.example/index'\n");
  EXPECT_EQ(address(packages::kCargo, "kelvane"), "") << "an index in git is not read";
}

TEST_F(Packages, maven_takes_the_mirror_of_central_and_its_server) {
  EnvironmentVariable secret{"MAVEN_TEST_PASSWORD", "s3cret"};
  write(".m2/settings.xml",
        "<?xml version='1.0'?><settings xmlns='http://maven.apache.org/SETTINGS/1.0.0'><servers><server><id>ours</id><username>ana</username>"
        "<password>${env.MAVEN_TEST_PASSWORD}</password></server></servers><mirrors><mirror><id>x</id><mirrorOf>other</mirrorOf><url>https://wrong.example</url></mirror>"
        "<mirror><id>ours</id><mirrorOf>jboss, central</mirrorOf><url>https://maven.example/public/</url></mirror></mirrors></settings>");
  EXPECT_EQ(address(packages::kMaven, "a:b"), "https://maven.example/public | Authorization: Basic YW5hOnMzY3JldA==");
  write(".m2/settings.xml", "<!DOCTYPE s [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><settings><mirrors><mirror><mirrorOf>*</mirrorOf><url>https://x.example/&e;</url></mirror></mirrors></settings>");
  EXPECT_EQ(address(packages::kMaven, "a:b"), "") << "external entities are refused";
}

TEST_F(Packages, gem_nuget_docker_and_brew_say_theirs) {
  write(".gemrc", "---\n:backtrace: false\n:sources:\n- https://key:@gems.example/ours/\n- https://second.example\ngem: --no-document\n- not a source\n");
  EXPECT_EQ(address(packages::kGem, "kelvane"), "https://gems.example/ours | Authorization: Basic a2V5Og==");
  write(".nuget/NuGet/NuGet.Config",
        "\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"utf-8\"?><configuration><packageSources><add key=\"off\" value=\"https://off.example/v3/index.json\" /><add key=\"folder\" value=\"C:\\feed\" />"
        "<add key=\"Our feed\" value=\"https://nuget.example/v3/index.json\" /></packageSources><disabledPackageSources><add key=\"off\" value=\"true\" /></disabledPackageSources>"
        "<packageSourceCredentials><Our_x0020_feed><add key=\"Username\" value=\"ana\" /><add key=\"ClearTextPassword\" value=\"s3cret\" /></Our_x0020_feed></packageSourceCredentials></configuration>");
  EXPECT_EQ(address(packages::kNuget, "K"), "https://nuget.example/v3/index.json | Authorization: Basic YW5hOnMzY3JldA==");
  write(".docker/daemon.json", R"({"registry-mirrors": ["https://mirror.example/"]})");
  write(".docker/config.json", R"({"auths": {"mirror.example": {"auth": "YWJj"}, "other.example": {"auth": "eHl6"}}})");
  EXPECT_EQ(address(packages::kDocker, "kelvane/server"), "https://mirror.example | Authorization: Basic YWJj");
  write(".homebrew/brew.env", "# a mirror\nHOMEBREW_API_DOMAIN=https://brew.example/api\n");
  EXPECT_EQ(address(packages::kBrew, "kelvane"), "https://brew.example/api");
}

Result<Settings> settings(std::map<std::string, std::string> given) { return Settings::parse(kPackagesConnector.info.settings, given); }

TEST_F(Packages, without_an_address_the_error_says_where_to_find_one) {
  auto given = settings({{"registry", "npm"}, {"packages", "kelvane"}});
  ASSERT_TRUE(ok(given));
  EXPECT_TRUE(fails(kPackagesConnector.open(*given), Error::Kind::kBadInput, "no registry address: npm has none configured\nset `url` of this source; `npm config get registry` prints the one it uses"));
}

TEST_F(Packages, names_and_addresses_that_could_mean_something_else_are_refused) {
  for (const char* name : {"a/../b", "@kelvane/../x", "..", "a b", "a\nb", "@a/b/c", "a/b", "a//b"}) {
    auto given = settings({{"registry", "npm"}, {"packages", name}, {"url", "https://npm.example"}});
    EXPECT_TRUE(fails(kPackagesConnector.open(*given), Error::Kind::kBadInput, "is no name of a package")) << name;
  }
  for (const char* url : {"file:///etc/passwd", "npm.example", "https://ana:secret@npm.example"}) {
    auto given = settings({{"registry", "npm"}, {"packages", "a"}, {"url", url}});
    auto opened = kPackagesConnector.open(*given);
    EXPECT_TRUE(fails(opened, Error::Kind::kBadInput, "`url`")) << url;
    EXPECT_EQ(opened.error().what.find("secret"), std::string::npos);
  }
  auto given = settings({{"registry", "rpm"}, {"packages", "a"}});
  EXPECT_TRUE(fails(kPackagesConnector.open(*given), Error::Kind::kBadInput, "brew, cargo, docker, gem, maven, npm, nuget, pypi"));
}

TEST_F(Packages, are_recognised_by_prefix_and_by_the_files_that_name_them) {
  auto recognised = [](const std::string& what) {
    auto found = kPackagesConnector.recognise(what);
    std::string text;
    for (const auto& [key, value] : found.settings) text += (text.empty() ? "" : " ") + value;
    return text;
  };
  EXPECT_EQ(recognised("npm:@kelvane/sdk"), "npm @kelvane/sdk");
  EXPECT_EQ(recognised("maven:org.kelvane:sdk"), "maven org.kelvane:sdk");
  EXPECT_EQ(recognised("docker:redis"), "docker redis");
  EXPECT_EQ(recognised("brew:cask/kelvane"), "brew cask/kelvane");
  EXPECT_EQ(recognised("npm:"), "");
  EXPECT_EQ(recognised("npm:../etc"), "");
  EXPECT_EQ(recognised("https://npm.example/kelvane"), "");
  EXPECT_EQ(kPackagesConnector.recognise("npm:@kelvane/sdk").name, "kelvane-sdk-npm");

  write("a/package.json", R"({"name": "@kelvane/sdk", "version": "1.0.0"})");
  write("a/pyproject.toml", "[project]\nname = \"kelvane-sdk\"\n");
  write("b/pyproject.toml", "[tool.poetry]\nname = \"kelvane-old\"\n");
  write("a/Cargo.toml", "[package]\nname = \"kelvane\"\n");
  write("b/Cargo.toml", "[workspace]\nmembers = []\n");
  write("a/pom.xml", "<project xmlns='http://maven.apache.org/POM/4.0.0'><parent><groupId>org.kelvane</groupId></parent><artifactId>sdk</artifactId></project>");
  write("a/kelvane.gemspec", "Gem::Specification.new do |spec|\n  spec.name        = 'kelvane'\n  spec.version = '1'\nend\n");
  write("b/odd.gemspec", "Gem::Specification.new { |s|\n s.name = NAME\n}\n");
  write("a/K.csproj", "<Project Sdk='Microsoft.NET.Sdk'><PropertyGroup><PackageId>Kelvane.Sdk</PackageId></PropertyGroup></Project>");
  write("b/package.json", "{\"name\": ");
  auto in = [&](const char* file) { return recognised((home_.path() / file).string()); };
  EXPECT_EQ(in("a/package.json"), "npm @kelvane/sdk");
  EXPECT_EQ(in("a/pyproject.toml"), "pypi kelvane-sdk");
  EXPECT_EQ(in("b/pyproject.toml"), "pypi kelvane-old");
  EXPECT_EQ(in("a/Cargo.toml"), "cargo kelvane");
  EXPECT_EQ(in("b/Cargo.toml"), "");
  EXPECT_EQ(in("a/pom.xml"), "maven org.kelvane:sdk");
  EXPECT_EQ(in("a/kelvane.gemspec"), "gem kelvane");
  EXPECT_EQ(in("b/odd.gemspec"), "");
  EXPECT_EQ(in("a/K.csproj"), "nuget Kelvane.Sdk");
  EXPECT_EQ(in("b/package.json"), "");
}

}  // namespace
}  // namespace rapport::test
