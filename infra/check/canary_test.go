package check

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// translate is SAM's translator, which CloudFormation runs on the template.
const translate = `
import json, sys, yaml
from unittest.mock import MagicMock
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse
given = json.load(sys.stdin)
template = yaml_parse(open("template.yaml").read().replace("    CodeUri: functions/", "    CodeUri: s3://bucket/"))
for r in template["Resources"].values():
    p = r.get("Properties", {})
    if "CodeUri" in p: p["CodeUri"] = "s3://bucket/code"
    if r["Type"] == "AWS::Serverless::Application": p["Location"] = "https://s3.amazonaws.com/bucket/" + p["Location"]
f = template["Resources"][given["function"]]["Properties"]
f.update(given.get("with") or {})
defaults = {k: str(v.get("Default", "")) for k, v in template["Parameters"].items()}
loader = MagicMock(); loader.load.return_value = {}
print(json.dumps(transform(template, {**defaults, **(given["parameters"] or {})}, loader)["Resources"]))
`

// aliased are the lines of infra/COMPANY.md that give an action an alias.
var aliased = map[string]any{
	"AutoPublishAlias":      "live",
	"AutoPublishCodeSha256": map[string]any{"Ref": "Release"},
	"DeploymentPreference": map[string]any{
		"Type": map[string]any{"Ref": "Canary"}, "Role": "arn:aws:iam::123456789012:role/canary", "Alarms": []any{map[string]any{"Fn::GetAtt": []any{"FetchDelivery", "Outputs.ErrorsAlarm"}}},
	},
}

func translated(t *testing.T, function string, with map[string]any, parameters map[string]string) map[string]map[string]any {
	t.Helper()
	in, err := json.Marshal(map[string]any{"function": function, "with": with, "parameters": parameters})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), translator(t), "-c", translate) //nolint:gosec // ours
	cmd.Dir, cmd.Stdin, cmd.Env = repository, bytes.NewReader(in), append(os.Environ(), "AWS_DEFAULT_REGION=eu-west-1")
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var resources map[string]map[string]any
	if err := json.Unmarshal(out, &resources); err != nil {
		t.Fatal(err)
	}
	return resources
}

// translator is a Python that has SAM's translator: make validate brings one.
func translator(t *testing.T) string {
	t.Helper()
	own, err := filepath.Abs(filepath.Join(repository, ".venv/bin/python"))
	if err != nil {
		t.Fatal(err)
	}
	for _, python := range []string{own, "python3"} {
		if exec.CommandContext(t.Context(), python, "-c", "import samtranslator").Run() == nil { //nolint:gosec // one of two
			return python
		}
	}
	t.Skip("no Python here has SAM's translator: run make validate")
	return ""
}

// versionOf finds the version that an action's alias leads to.
func versionOf(t *testing.T, resources map[string]map[string]any, function string) string {
	t.Helper()
	alias := resources[function+"Aliaslive"]
	id, _ := getAtt(at(alias, "Properties", "FunctionVersion"))
	if text(at(alias, "Type")) != "AWS::Lambda::Alias" || text(at(resources[id], "Type")) != "AWS::Lambda::Version" {
		t.Fatalf("the alias leads to %q: %v", id, alias)
	}
	return id
}

func TestAReleaseThatChangesAParameterAloneArrivesAtTheAlias(t *testing.T) {
	const action = "Fetch"
	with := func(days, release string) map[string]map[string]any {
		return translated(t, action, aliased, map[string]string{"RetentionDays": days, "Release": release, "Canary": "Canary10Percent5Minutes"})
	}
	first := with("400", "one")
	if v := versionOf(t, with("401", "one"), action); v != versionOf(t, first, action) {
		t.Error("a parameter alone made a version: then the parameter Release is not needed any more")
	}
	second := with("401", "two")
	if versionOf(t, second, action) == versionOf(t, first, action) {
		t.Error("the alias stays at the old version although Release changed: the parameter never arrives")
	}
	if to := at(second[action+"Queue"], "Properties", "FunctionName"); at(to, "Ref") != action+"Aliaslive" {
		t.Errorf("the queue feeds %v, not the alias", to)
	}
	if how := strings.Join(textsIn(at(second[action+"DeploymentGroup"], "Properties", "DeploymentConfigName")), " "); !strings.Contains(how, "Canary10Percent5Minutes") {
		t.Errorf("CodeDeploy shifts by %q", how)
	}
}

// CloudFormation takes letters and digits in a logical id, and SAM the first ten of a release.
func TestVersionOfAReleaseHasAnIDThatCloudFormationTakes(t *testing.T) {
	root, err := load(os.DirFS(repository), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	allowed := regexp.MustCompile("^" + text(at(root.params["Release"], "AllowedPattern")) + "$")
	for release, may := range map[string]bool{"1764488000": true, "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567": true, "": true, "grace-14": false, "v1.2": false, "a_b": false} {
		if allowed.MatchString(release) != may {
			t.Errorf("the parameter Release may be %q: %v", release, !may)
		}
	}
	resources := translated(t, "Fetch", aliased, map[string]string{"Release": "0a1b2c3d4e5f"})
	if id := versionOf(t, resources, "Fetch"); !regexp.MustCompile("^[A-Za-z0-9]+$").MatchString(id) {
		t.Errorf("the version is %s", id)
	}
	for id, r := range resources {
		if text(r["Type"]) == role && strings.Contains(id, "CodeDeploy") {
			t.Errorf("SAM makes %s, which has no permissions boundary", id)
		}
	}
}

func TestCanaryOfThePageIsInOrder(t *testing.T) {
	page, err := os.ReadFile(repository + "/infra/COMPANY.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(page), "\n## Canary deploys\n")
	blocks := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(section, 2)
	if len(blocks) != 2 {
		t.Fatalf("the page has %d blocks, want those of the function and of the role", len(blocks))
	}
	for without, want := range map[string]string{
		"": "", " Role: !GetAtt CanaryRole.Outputs.Role,": "DeploymentPreference needs the Role of infra/canary.yaml",
		"      AutoPublishCodeSha256: !Ref Release\n": "AutoPublishAlias needs AutoPublishCodeSha256",
	} {
		files, function := withActions(t), "      CodeUri: functions/notify-churn\n"
		apply(t, files, "template.yaml", edit{"\nResources:\n", "\nResources:\n" + blocks[1][1] + "\n"})
		apply(t, files, "template.yaml", edit{function, function + strings.Replace(blocks[0][1], without, "", 1)})
		problems, err := check(files, "template.yaml")
		if all := strings.Join(problems, "\n"); err != nil || (want == "") != (all == "") || !strings.Contains(all, want) {
			t.Errorf("without %q: %v\n%s", without, err, all)
		}
	}
}

func TestNoActionHasAnAliasByDefault(t *testing.T) {
	for id, r := range translated(t, "Fetch", nil, nil) {
		if strings.HasPrefix(text(r["Type"]), "AWS::CodeDeploy::") || text(r["Type"]) == "AWS::Lambda::Alias" {
			t.Errorf("%s is a %s", id, r["Type"])
		}
	}
}

// textsIn are all texts below a value.
func textsIn(v any) (all []string) {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		for _, e := range v {
			all = append(all, textsIn(e)...)
		}
	case map[string]any:
		for _, k := range sorted(v) {
			all = append(all, textsIn(v[k])...)
		}
	}
	return all
}
