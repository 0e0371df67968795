package check

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// wiring are the packages that mains share to open what they use.
var wiring = []string{"internal/action", "internal/start"}

// adapter reports whether p is one concrete client of a service of AWS.
func (p listed) adapter() bool {
	return !slices.Contains(wiring, p.name()) && strings.HasPrefix(p.name(), "internal/") && (slices.Contains(p.Imports, module+"internal/wire") || p.sdk() != "")
}

// clients are the SDK's.
const clients = "github.com/aws/aws-sdk-go-v2/service/"

// sdk is a client of the SDK that p imports; empty if it imports none.
func (p listed) sdk() string {
	if i := slices.IndexFunc(p.Imports, func(i string) bool { return strings.HasPrefix(i, clients) }); i >= 0 {
		return p.Imports[i]
	}
	return ""
}

// TestFunctionsAndTheCommandCallAWSByWire: the SDK's clients of all calls were a fifth of what
// a first start compiles, and most of what a function starts with. Tests use them: they show
// that what is asked and what is answered here is AWS's.
func TestFunctionsAndTheCommandCallAWSByWire(t *testing.T) {
	all := packages(t)
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] {
			return
		}
		seen[name] = true
		if client := all[name].sdk(); client != "" {
			t.Errorf("%s imports %s; make its calls with internal/wire", name, client)
		}
		for _, used := range all[name].uses() {
			visit(used)
		}
	}
	for name := range all {
		if name == "infra/payhooks" || strings.HasPrefix(name, "functions/") {
			visit(name)
		}
	}
	if !seen["internal/wire"] || !seen["internal/doctor"] {
		t.Errorf("%d packages were looked at, without those that call AWS", len(seen))
	}
}

func TestOnlySeamsImportTheShop(t *testing.T) {
	into, err := arrows(os.DirFS(repository), packages(t))
	if err != nil {
		t.Fatal(err)
	}
	var found []violation
	for _, a := range into {
		message := fmt.Sprintf("%s imports the shop package %s: only a seam may", a.From, a.To)
		found = append(found, violation{a.From, a.To, message})
	}
	onlyShrinks(t, nil, found)
}

func TestPipelineAndSimulationImportNoAdapter(t *testing.T) {
	all := packages(t)
	for _, name := range within(t, all, "internal/delivery", "internal/ingest", "internal/dispatch", "internal/reconcile", "internal/operator", "internal/status", "internal/simtest") {
		for _, used := range all[name].uses() {
			images := name == "internal/simtest" && used == "internal/dynamo" // decodes the stream's images
			if all[used].adapter() && !images {
				t.Errorf("%s imports the adapter %s", name, used)
			}
		}
	}
}

func TestEngineAndDomainImportNoHarness(t *testing.T) {
	all := packages(t)
	for _, name := range within(t, all, "internal/delivery", "internal/event") {
		for _, used := range all[name].uses() {
			if under(used, wiring...) {
				t.Errorf("%s imports %s, which is built on it", name, used)
			}
		}
	}
}

func TestClientsImportNoHarness(t *testing.T) {
	all := packages(t)
	var found []violation
	for _, name := range within(t, all, "internal/stripeapi", "internal/mail", "internal/sms", "internal/notice", "internal/secret",
		"internal/outcome", "internal/bus", "internal/dynamo", "internal/sqsqueue", "internal/wire", "internal/lambdacall", "internal/cloudformation", "internal/doctor/calls") {
		for _, used := range all[name].uses() {
			if under(used, "internal/action", "internal/delivery") {
				found = append(found, violation{name, used, fmt.Sprintf("the client %s imports the harness %s", name, used)})
			}
		}
	}
	onlyShrinks(t, nil, found)
}

func TestTheDomainImportsTheStandardLibraryOnly(t *testing.T) {
	for _, i := range packages(t)["internal/event"].Imports {
		if first, _, _ := strings.Cut(i, "/"); strings.Contains(first, ".") {
			t.Errorf("internal/event imports %s", i)
		}
	}
}

func TestAdaptersNeverImportEachOther(t *testing.T) {
	all := packages(t)
	for name, p := range all {
		for _, used := range p.uses() {
			if p.adapter() && all[used].adapter() {
				t.Errorf("the adapter %s imports the adapter %s", name, used)
			}
		}
	}
}

func TestFunctionsAndWhatTheyUseNeverImportInfra(t *testing.T) {
	for name, p := range packages(t) {
		for _, used := range p.uses() {
			if strings.HasPrefix(used, "infra/") && !strings.HasPrefix(name, "infra/") {
				t.Errorf("%s imports %s, which does not run in Lambda", name, used)
			}
			if strings.HasPrefix(used, "functions/") {
				t.Errorf("%s imports the command %s", name, used)
			}
		}
	}
}

func TestMainsOfFunctionsAreAtMost25Lines(t *testing.T) {
	mains, err := filepath.Glob(filepath.Join(repository, "functions", "*", "main.go"))
	if err != nil || len(mains) == 0 {
		t.Fatal("no mains in functions/", err)
	}
	for _, m := range mains {
		text, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(text, []byte("\n")); n > 25 {
			t.Errorf("functions/%s/main.go has %d lines", path.Base(filepath.Dir(m)), n)
		}
	}
}

// packages lists the packages of this module by their folder.
func packages(t *testing.T) map[string]listed {
	t.Helper()
	all, err := listPackages(t.Context(), repository)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// within lists the packages in the folders. It fails for a folder without one,
// since a rule about it would hold of nothing.
func within(t *testing.T, all map[string]listed, folders ...string) []string {
	t.Helper()
	for _, f := range folders {
		if _, exists := all[f]; !exists {
			t.Errorf("the rule names the package %s, which does not exist", f)
		}
	}
	return slices.DeleteFunc(sorted(all), func(name string) bool { return !under(name, folders...) })
}
