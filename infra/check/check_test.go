package check

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"github.com/payhooks/payhooks/internal/status"
)

const repository = "../.."

func TestTemplatesOfThisRepositoryAreInOrder(t *testing.T) {
	problems, err := check(os.DirFS(repository), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// edit replaces text in a template; an empty Old makes a new file.
type edit struct{ Old, New string }

type broken struct {
	Name string
	File string
	edit `yaml:",inline"`
	Also edit
	Want string
}

func TestBrokenTemplateIsRefusedWithReason(t *testing.T) {
	refuses(t, "testdata/broken.yaml")
}

// refuses fails for each case of a file that the check does not report.
func refuses(t *testing.T, cases string) {
	t.Helper()
	text, err := os.ReadFile(cases)
	if err != nil {
		t.Fatal(err)
	}
	var all []broken
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		t.Run(c.Name, func(t *testing.T) {
			files := withActions(t)
			apply(t, files, c.File, c.edit)
			if c.Also != (edit{}) {
				apply(t, files, c.File, c.Also)
			}
			problems, err := check(files, "template.yaml")
			if err != nil {
				problems = append(problems, err.Error())
			}
			if got := strings.Join(problems, "\n"); !strings.Contains(got, c.Want) {
				t.Errorf("want a sentence with %q, got:\n%s", c.Want, got)
			}
		})
	}
}

func TestOneFolderAndOneBlockAreAllThatAnActionNeeds(t *testing.T) {
	block, err := os.ReadFile("testdata/notify-churn.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := repositoryFiles(t)
	apply(t, files, "functions/notify-churn/main.go", edit{New: "package main"})
	indented := "Resources:\n  " + strings.ReplaceAll(strings.TrimSpace(string(block)), "\n", "\n  ")
	apply(t, files, "template.yaml", edit{"Resources:", indented})
	problems, err := check(files, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestTracingBehindAParameterThatIsOffIsAllowed(t *testing.T) {
	files := repositoryFiles(t)
	apply(t, files, "template.yaml", edit{
		"- {Effect: Allow, Action: dynamodb:PutItem, Resource: !Sub 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${AWS::StackName}-quarantine'}",
		"- !If [HasKey, {Effect: Allow, Action: xray:PutTraceSegments, Resource: '*'}, !Ref AWS::NoValue]",
	})
	problems, err := check(files, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(problems, "\n"); strings.Contains(all, "xray") {
		t.Errorf("refused what a parameter leaves out by default:\n%s", all)
	}
}

func TestDashboardNeverAddsUpAGauge(t *testing.T) {
	root, err := load(os.DirFS(repository), "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]bool{}
	for d := range root.each("AWS::CloudWatch::Dashboard") {
		for _, widget := range strings.Split(fmt.Sprint(d.props()["DashboardBody"]), `{"type": "metric"`) {
			for _, m := range regexp.MustCompile(`\["payhooks/\$\{Stack\}", "([^"]+)"\]`).FindAllStringSubmatch(widget, -1) {
				shown[m[1]] = true
				if slices.Contains(watched(), m[1]) && !slices.Contains(counted, m[1]) && !strings.Contains(widget, `"stat": "Maximum"`) {
					t.Errorf("the dashboard adds up the gauge %s", m[1])
				}
			}
		}
	}
	for _, name := range status.Names(status.Sweeps) {
		if !shown[name] {
			t.Errorf("the dashboard does not show the gauge %s", name)
		}
	}
}

func TestTemplateIsInOrderWithoutTheShop(t *testing.T) {
	files := repositoryFiles(t)
	folders, err := ShopFolders(files)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		delete(files, f+"/main.go")
	}
	rest, parts, err := cutShop("template.yaml", string(files["template.yaml"].Data))
	if err != nil || parts == "" {
		skipWithoutShop(t)
		t.Fatalf("%d bytes belong to the shop, %v", len(parts), err)
	}
	files["template.yaml"] = &fstest.MapFile{Data: []byte(rest)}
	if rest, _, err = cutShop(dataFile, string(files[dataFile].Data)); err != nil {
		t.Fatal(err)
	}
	files[dataFile] = &fstest.MapFile{Data: []byte(rest)}
	problems, err := check(files, "template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestUnpairedMarkersOfTheShopAreRefused(t *testing.T) {
	for _, text := range []string{"a\n# ---- Shop\nb\n", "# ---- End of shop\n", "# ---- Shop\n  # ---- Shop\n"} {
		if rest, shop, err := cutShop("template.yaml", text); err == nil {
			t.Errorf("%q is cut into %q and %q", text, rest, shop)
		}
	}
}

// withActions are the repository's files with the actions of testdata/actions.yaml
// before its own: the cases need no action of the shop.
func withActions(t *testing.T) fstest.MapFS {
	t.Helper()
	text, err := os.ReadFile("testdata/actions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\nParameters:\n")
	parameters, resources, _ := strings.Cut(rest, "\nResources:\n")
	files := repositoryFiles(t)
	apply(t, files, "template.yaml", edit{"\nParameters:\n", "\nParameters:\n" + parameters})
	apply(t, files, "template.yaml", edit{"\nResources:\n", "\nResources:\n" + resources})
	tables, err := os.ReadFile("testdata/tables.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, blocks, _ := strings.Cut(string(tables), "\nResources:\n")
	apply(t, files, dataFile, edit{"\nResources:\n", "\nResources:\n" + blocks})
	for _, name := range []string{"notify-churn", "send-text"} {
		apply(t, files, "functions/"+name+"/main.go", edit{New: "package main"})
	}
	return files
}

// repositoryFiles holds the templates and the functions' mains, to be broken.
func repositoryFiles(t *testing.T) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	for _, pattern := range []string{"template.yaml", "infra/*.yaml", "functions/*/main.go"} {
		names, err := fs.Glob(os.DirFS(repository), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			text, err := os.ReadFile(repository + "/" + name)
			if err != nil {
				t.Fatal(err)
			}
			files[name] = &fstest.MapFile{Data: text}
		}
	}
	return files
}

func apply(t *testing.T, files fstest.MapFS, name string, e edit) {
	t.Helper()
	if e.Old == "" {
		files[name] = &fstest.MapFile{Data: []byte(e.New)}
		return
	}
	before := string(files[name].Data)
	if !strings.Contains(before, e.Old) {
		t.Fatalf("%s no longer has %q: bring this case up to date", name, e.Old)
	}
	files[name] = &fstest.MapFile{Data: []byte(strings.Replace(before, e.Old, e.New, 1))}
}
