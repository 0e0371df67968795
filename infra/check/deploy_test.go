package check

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// deployed runs .ci/deploy in a copy of what it reads, with programs that only write down
// how they are called.
func deployed(t *testing.T, environment string, env ...string) (calls string, err error) {
	t.Helper()
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	dir, bin := t.TempDir(), t.TempDir()
	for _, name := range []string{".ci/deploy", "samconfig.toml"} {
		data, err := os.ReadFile(filepath.Join(repository, name))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, name), string(data))
	}
	log := filepath.Join(dir, "calls")
	for name, script := range map[string]string{
		"sam":  `printf '%s ' "sam as ${AWS_ROLE_ARN:-me} with $(cat "${AWS_WEB_IDENTITY_TOKEN_FILE:-/dev/null}"):" "$@" >>"$CALLS"; echo >>"$CALLS"`,
		"make": `echo "make $*" >>"$CALLS"`,
		"curl": `echo "curl ${*: -1}" >>"$CALLS"; echo '{"value": "token"}'`,
	} {
		write(t, filepath.Join(bin, name), "#!"+bash+"\n"+script+"\n")
	}
	cmd := exec.CommandContext(t.Context(), bash, filepath.Join(dir, ".ci/deploy"), environment) //nolint:gosec // the copy
	cmd.Env = append(os.Environ(), append(env, "PATH="+bin+":"+os.Getenv("PATH"), "CALLS="+log, "RELEASE=abc123", "RUNNER_TEMP="+dir)...)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	data, _ := os.ReadFile(log) // none if it was refused at once
	return string(data) + string(out), err
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o700); err != nil { //nolint:gosec // scripts
		t.Fatal(err)
	}
}

func TestDeployAsksNothingAndKeepsTheParameters(t *testing.T) {
	if exec.Command("python3", "-c", "import tomllib").Run() != nil { //nolint:noctx // at once
		t.Skip("python3 is older than 3.11")
	}
	calls, err := deployed(t, "live", "DEPLOY_ROLE=arn:aws:iam::1:role/payhooks-deploy-live", "ACTIONS_ID_TOKEN_REQUEST_URL=https://token.example?x=1", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=t")
	want := `make build
curl https://token.example?x=1&audience=sts.amazonaws.com
sam as arn:aws:iam::1:role/payhooks-deploy-live with token: deploy --config-env live-data --no-confirm-changeset 
curl https://token.example?x=1&audience=sts.amazonaws.com
sam as arn:aws:iam::1:role/payhooks-deploy-live with token: deploy --config-env live --no-confirm-changeset --parameter-overrides Endpoints=default=live Release=abc123 
`
	if err != nil || calls != want {
		t.Errorf("%v, it called\n%s\nwant\n%s", err, calls, want)
	}
	if calls, err := deployed(t, "test", "ACTIONS_ID_TOKEN_REQUEST_URL=", "DEPLOY_ROLE="); err != nil || strings.Contains(calls, "curl") || !strings.Contains(calls, "sam as me") {
		t.Errorf("outside of GitHub: %v\n%s", err, calls)
	}
	if out, err := deployed(t, "live", "ACTIONS_ID_TOKEN_REQUEST_URL=https://token.example", "DEPLOY_ROLE="); err == nil || !strings.Contains(out, "DEPLOY_ROLE of the GitHub environment") {
		t.Errorf("without a role: %v\n%s", err, out)
	}
}
