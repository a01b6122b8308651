#include <gtest/gtest.h>

#include "unit/template/fixture.h"

namespace reeve::tmpl {
namespace {

std::string error_of(const std::string& text, Functions functions = Functions::kPrometheus) {
  const auto parsed = Template::parse(text, functions);
  if (!parsed) return parsed.error().text;
  const auto out = parsed->render(fixture());
  return out.ok() ? "no error: " + *out : out.error().text;
}

std::string rendered(const std::string& text, const Data& data, Functions functions = Functions::kPrometheus) {
  const auto parsed = Template::parse(text, functions);
  if (!parsed) return "error: " + parsed.error().text;
  const auto out = parsed->render(data);
  return out.ok() ? *out : "error: " + out.error().text;
}

struct Place {
  const char *text, *error;
};

TEST(TemplateErrors, NameTheLineAndTheByteFromOne) {
  const Place cases[] = {
      {"{{ $x }}", "1:4: undefined variable \"$x\""},
      {"a\nb {{ foo }}", "2:6: function \"foo\" not defined"},
      {"a\n{{ if true }}\nb", "3:2: unexpected EOF"},
      {"ü {{ \"abc }}", "1:7: unterminated quoted string"},
      {"{{ 1 }} {{ end }}", "1:12: unexpected {{end}}"},
      {"x\n\n  {{ $labels.job.y }}", "3:6: executing at <$labels.job.y>: can't evaluate field y in type string"},
      {"{{ with 1 }}\n{{ .Foo }}{{ end }}", "2:4: executing at <.Foo>: can't evaluate field Foo in type int"},
      {"{{ printf \"%d\" (humanize \"x\") }}",
       "1:17: executing at <humanize \"x\">: error calling humanize: strconv.ParseFloat: parsing \"x\": invalid "
       "syntax"},
      {"{{ define \"t\" }}\n {{ .x }}{{ end }}{{ template \"t\" 1 }}",
       "2:5: executing at <.x>: can't evaluate field x in type int"},
      {"{{ $lables.job }}", "1:4: undefined variable \"$lables\" (did you mean \"$labels\"?)"},
  };
  for (const Place& one : cases) EXPECT_EQ(error_of(one.text), one.error) << one.text;
}

TEST(TemplateOfResponses, SeesLabelsValueAndEventAndNoFunction) {
  Data data = fixture();
  data.event = model::Value::map()
                   .set("type", "docker.die")
                   .set("labels", model::Value::map().set("name", "web"))
                   .set("fields", model::Value::map()
                                      .set("exit_code", 137)
                                      .set("ok", true)
                                      .set("f", 1.5)
                                      .set("list", model::Value::list().push("a").push(2)));
  const Functions none = Functions::kNone;
  EXPECT_EQ(rendered("{{ $labels.job }}/{{ $value }}", data, none), "node/91.7");
  EXPECT_EQ(rendered("{{ $event.type }} {{ $event.fields.exit_code }} {{ $event.fields.ok }} {{ $event.fields.f }}",
                     data, none),
            "docker.die 137 true 1.5");
  EXPECT_EQ(rendered("{{ $event.labels.name }}|{{ $event.labels.none }}|{{ $event.fields.none }}", data, none),
            "web||<no value>");
  EXPECT_EQ(rendered("{{ range $event.fields.list }}[{{ . }}]{{ end }}", data, none), "[a][2]");
  EXPECT_EQ(rendered("{{ .Event.type }} {{ .Labels.job }} {{ .Value }}", data, none), "docker.die node 91.7");
  EXPECT_EQ(rendered("{{ if $labels.none }}x{{ else }}y{{ end }}", data, none), "y");
  EXPECT_EQ(rendered("{{ $event.type }}", fixture(), none), "<no value>");
  EXPECT_EQ(error_of("{{ toUpper $labels.job }}", none),
            "1:4: function \"toUpper\" not defined (here only $labels, $value and $event are seen, and no function)");
  EXPECT_EQ(error_of("{{ printf \"x\" }}", none).substr(0, 4), "1:4:");
  EXPECT_EQ(error_of("{{ $externalLabels }}", none), "1:4: undefined variable \"$externalLabels\"");
}

TEST(TemplateOfRules, SeesTheEventToo) {
  Data data = fixture();
  data.event = model::Value::map().set("type", "docker.die");
  EXPECT_EQ(rendered("{{ $event.type | toUpper }} {{ .Event.type }}", data), "DOCKER.DIE docker.die");
  EXPECT_EQ(rendered("{{ $event.type }}", fixture()), "<no value>");
}

TEST(TemplateFunctions, TmplRendersADefinedTemplate) {
  EXPECT_EQ(rendered("{{ define \"t\" }}<{{ . }}>{{ end }}{{ tmpl \"t\" 5 }}{{ tmpl \"t\" \"x\" | len }}", fixture()),
            "<5>3");
  EXPECT_EQ(error_of("{{ tmpl \"t\" . }}"),
            "1:4: executing at <tmpl \"t\" .>: error calling tmpl: template \"t\" not defined");
}

TEST(TemplateFunctions, AQueryWithoutAnyoneToAskIsAnError) {
  Data data = fixture();
  data.query = nullptr;
  EXPECT_EQ(rendered("{{ query \"up\" }}", data),
            "error: 1:4: executing at <query \"up\">: error calling query: queries cannot be asked here");
}

TEST(TemplateFunctions, WhatAStrangerWroteIsNeverRead) {
  Data data = fixture();
  data.labels.set("job", "{{ .Value }} %d {{");
  EXPECT_EQ(rendered("{{ $labels.job }}", data), "{{ .Value }} %d {{");
  data.labels.set("job", "\xff\x01");
  EXPECT_EQ(rendered("{{ $labels.job | printf \"%q\" }}", data), "\"\\xff\\x01\"");
}

TEST(TemplateFunctions, ThePathOfTheExternalAddress) {
  Data data = fixture();
  for (const auto& [url, path] : {std::pair<const char*, const char*>{"http://x", ""},
                                  {"http://x/", "/"},
                                  {"http://x:1/a%20b/?q=/c#d", "/a b/"},
                                  {"/only/path", "/only/path"},
                                  {"http://x/a%zz", "/a%zz"}}) {
    data.external_url = url;
    EXPECT_EQ(rendered("{{ pathPrefix }}", data), path);
  }
}

// What a rendering may cost is bounded: it runs on the core thread.
TEST(TemplateLimits, AreErrorsNotDelays) {
  const Place cases[] = {
      {"{{ range 2000000 }}{{ end }}", "takes more than 1000000 steps"},
      {"{{ range 2000000 }}xxxxxxxxxx{{ end }}", "longer than 1048576 bytes"},
      {"{{ printf \"%999999d%999999d\" 1 2 }}", "longer than 1048576 bytes"},
      {"{{ $x := \"xxxxxxxx\" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}", "longer than 1048576 bytes"},
      {"{{ $x := printf \"%99999d\" 1 }}{{ range 10000 }}{{ $y := toUpper $x }}{{ end }}", "works on more than"},
      {"{{ $x := args }}{{ range 1000 }}{{ $x = args $x }}{{ end }}", "args nested too deep"},
      {"{{ $x := args 1 }}{{ range 60 }}{{ $x = args $x $x }}{{ end }}{{ $x }}", "longer than 1048576 bytes"},
      {"{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}", "exceeded maximum template depth"},
      {"{{ define \"r\" }}{{ tmpl \"r\" . }}{{ end }}{{ tmpl \"r\" . }}", "exceeded maximum template depth"},
      {"{{ reReplaceAll \"\" \"xxxxxxxxxxxxxxxxxxxx\" (printf \"%99999d\" 1) }}", "longer than 1048576 bytes"},
  };
  for (const Place& one : cases) EXPECT_NE(error_of(one.text).find(one.error), std::string::npos) << error_of(one.text);
  EXPECT_NE(error_of(std::string(2 << 20, 'x')).find("more than the limit"), std::string::npos);
}

TEST(TemplateLimits, NestingIsBounded) {
  const auto repeat = [](const std::string& text, int n) {
    std::string out;
    for (int i = 0; i < n; ++i) out += text;
    return out;
  };
  EXPECT_EQ(error_of(repeat("{{ if true }}", 100) + "x" + repeat("{{ end }}", 100)), "no error: x");
  EXPECT_EQ(error_of("{{ " + repeat("(", 100) + "1" + repeat(")", 100) + " }}"), "no error: 1");
  for (const std::string& deep : {repeat("{{ if true }}", 50000), "{{ " + repeat("(", 50000)})
    EXPECT_NE(error_of(deep).find("max expression depth exceeded"), std::string::npos);
  std::string chain = "{{ if false }}";
  for (int i = 0; i < 200; ++i) chain += "{{ else if false }}";
  EXPECT_EQ(error_of(chain + "{{ else }}x{{ end }}"), "no error: x");
}

}  // namespace
}  // namespace reeve::tmpl
