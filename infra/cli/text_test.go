package cli_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/payhooks/payhooks/infra/cli"
)

const hostile = "a\x1b[2Jb\u009bc\u202ed\x7fe\r\nf\xff"

func TestHiddenCharactersBecomeVisible(t *testing.T) {
	if got, want := cli.Text("é\t"+hostile), "é\ta\\u001b[2Jb\\u009bc\\u202ed\\u007fe\\u000d\nf\uFFFD"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := cli.Line("a\nb\tc"), "a b c"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestTablesAndJSONCarryNoHiddenCharacters(t *testing.T) {
	type named string
	for _, words := range []string{"", "--json"} {
		var out bytes.Buffer
		cmd := &cobra.Command{Use: "x", RunE: func(cmd *cobra.Command, _ []string) error {
			rows := cli.NewRows(cmd, "TEXT", "N")
			if err := rows.Add(map[string]string{"text": hostile}, named(hostile), 1); err != nil {
				return err
			}
			return rows.Flush("none")
		}}
		cli.Prepare(cmd)
		cmd.SetOut(&out)
		cmd.SetArgs(strings.Fields(words))
		if err := cmd.Execute(); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\u009b\u202e\x7f") {
			t.Errorf("%q prints %q", words, out.String())
		}
		var back map[string]string
		if words != "" && (json.Unmarshal(out.Bytes(), &back) != nil || back["text"] != strings.ToValidUTF8(hostile, "\uFFFD")) {
			t.Errorf("JSON changed the value: %q", out.String())
		}
	}
}
