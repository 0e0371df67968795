package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

func TestSecretIsPutFromStandardInput(t *testing.T) {
	o := newOperator(t)
	put := func(name, value string) (string, error) {
		var out bytes.Buffer
		root := rootCommand()
		root.SetArgs([]string{"secret", "put", name})
		root.SetIn(strings.NewReader(value))
		root.SetOut(&out)
		root.SetErr(&out)
		err := root.ExecuteContext(t.Context())
		return out.String(), err
	}
	out, err := put("slack", "https://hooks.example/hidden\n")
	if err != nil || out != "secret local/slack has the value\n" {
		t.Errorf("%q, %v", out, err)
	}
	id := "local/slack"
	got, err := secretsmanager.NewFromConfig(o.AWS).GetSecretValue(t.Context(), &secretsmanager.GetSecretValueInput{SecretId: &id})
	if err != nil || *got.SecretString != "https://hooks.example/hidden" {
		t.Errorf("%+v, %v", got, err)
	}
	for name, says := range map[string]string{"no-such": "declare it in infra/data.yaml", "Slack?": "cannot be the name"} {
		if out, err := put(name, "hidden"); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(out+err.Error(), "hidden") {
			t.Errorf("%s: %q, %v", name, out, err)
		}
	}
	for _, none := range []string{"", " \n", strings.Repeat("x", longestSecret+1)} {
		if _, err := put("slack", none); err == nil {
			t.Errorf("%.20q was put", none)
		}
	}
}
