package check

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestRow66ActionIsGivenWhatItsCodeUses(t *testing.T) {
	problems, err := checkUses(t.Context(), repository)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

func TestRow66UnusedAndMissingRightsAreReported(t *testing.T) {
	const churn = "functions/notify-churn"
	nothing := code{}
	for name, x := range map[string]struct {
		code    code
		granted string
		want    string
	}{
		"an index that is not read":    {nothing, "Related: 'on'", "NotifyChurnDelivery is given Related, but functions/notify-churn does not use Related or RelatedTo"},
		"an index that is not granted": {code{calls: map[string]bool{churn: true}}, "", "functions/notify-churn uses Related or RelatedTo; give NotifyChurnDelivery the parameter Related"},
		"a sender for no mails":        {nothing, "MailFrom: !Ref AlarmEmail", "NotifyChurnDelivery is given MailFrom"},
		"a secret that is not read":    {nothing, "Secret: !Ref Bus", "NotifyChurnDelivery is given Secret"},
		"texts that are not sent":      {nothing, "Texts: !Ref Texts", "NotifyChurnDelivery is given Texts"},
		"a topic that is not granted": {
			code{all: map[string]listed{churn: {Imports: []string{module + "internal/a"}}, "internal/a": {Imports: []string{module + "internal/notice"}}}},
			"", "functions/notify-churn uses internal/notice; give NotifyChurnDelivery the parameter Topic",
		},
	} {
		files := withActions(t)
		apply(t, files, "template.yaml", edit{"        Action: notify-churn\n", "        Action: notify-churn\n        " + x.granted + "\n"})
		root, err := load(files, "template.yaml")
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		x.code.check(root, func(format string, args ...any) { fmt.Fprintf(&got, format+"\n", args...) })
		if !strings.Contains(got.String(), x.want) {
			t.Errorf("%s: want a sentence with %q, got:\n%s", name, x.want, got.String())
		}
	}
}

func TestOnlyCallsOfRelatedNeedTheIndex(t *testing.T) {
	file := t.TempDir() + "/a.go"
	for text, want := range map[string]bool{
		"e.Related(ctx)": true, "e.RelatedTo(ctx, id)": true, "e.Relate(ctx)": false, "_ = e.Related": false, `note("e.Related(ctx)")`: false,
	} {
		if err := os.WriteFile(file, []byte("package a\nfunc f() { "+text+" }\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := relates(file, false); got != want {
			t.Errorf("%s: %t, want %t", text, got, want)
		}
	}
}
