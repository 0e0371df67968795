package check

import (
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/payhooks/payhooks/infra/scaffold"
)

// skipWithoutShop skips a test about the shop in a checkout without it.
func skipWithoutShop(t *testing.T) {
	t.Helper()
	if _, err := os.Stat(repository + "/internal/shop"); os.IsNotExist(err) {
		t.Skip("the sample shop was removed")
	}
}

func TestTemplateIsInOrderWithoutAnyOneAction(t *testing.T) {
	skipWithoutShop(t)
	folders, err := ShopFolders(os.DirFS(repository))
	if err != nil {
		t.Fatal(err)
	}
	for _, folder := range slices.DeleteFunc(folders, func(f string) bool { return !strings.HasPrefix(f, "functions/") }) {
		t.Run(path.Base(folder), func(t *testing.T) {
			files := repositoryFiles(t)
			delete(files, folder+"/main.go")
			rest, _, err := scaffold.CutBlocks(string(files["template.yaml"].Data), path.Base(folder))
			if err != nil {
				t.Fatal(err)
			}
			files["template.yaml"] = &fstest.MapFile{Data: []byte(rest)}
			problems, err := check(files, "template.yaml")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range problems {
				t.Error(p)
			}
		})
	}
}

func TestActionIsCutWithItsOwnParameters(t *testing.T) {
	const template = "Parameters:\n  Mail:\n    Type: String\n  Both:\n    Type: String\n\nConditions: {}\nResources:\n" +
		"  SendMail:\n    A: !Ref Mail\n\n    B: !Ref Both\n  SendMailDelivery:\n    C: 1\n\n  # Next\n  Other:\n    D: !Sub '${Both}'\n"
	rest, parameters, err := scaffold.CutBlocks(template, "send-mail")
	want := "Parameters:\n  Both:\n    Type: String\n\nConditions: {}\nResources:\n  # Next\n  Other:\n    D: !Sub '${Both}'\n"
	if err != nil || rest != want || !slices.Equal(parameters, []string{"Mail"}) {
		t.Errorf("%q, %v, %v", rest, parameters, err)
	}
	if _, _, err := scaffold.CutBlocks(template, "send-text"); err == nil {
		t.Error("an action without a block is cut")
	}
}
