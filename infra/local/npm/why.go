package npm

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// npmCode is how npm names what went wrong, in the words of all its releases.
var npmCode = regexp.MustCompile(`(?m)^npm (?:error|ERR!) code (\w+)`)

// unreachable are the codes of a registry that did not answer.
var unreachable = regexp.MustCompile(`^(ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EHOSTUNREACH|ENETUNREACH|EPROTO|ENOTCACHED|FETCH_ERROR|\w*CERT\w*)$`)

// why says what kept npm from installing the program. npm ci leaves an optional package out
// without a word, so the registry is asked for the package.
func (l locked) why(ctx context.Context, npm, dir, said string) error {
	asked := exec.CommandContext(ctx, npm, "view", l.name+"@"+l.version, "dist.integrity", "--fetch-retries=0", "--loglevel=error") //nolint:gosec // npm from PATH
	asked.Dir = dir
	var answer, trouble strings.Builder
	asked.Stdout, asked.Stderr = &answer, &trouble
	err := asked.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return l.refused(code(trouble.String()), trouble.String()+said)
	}
	switch has := strings.TrimSpace(answer.String()); {
	case has == "" && l.integrity == "":
		return l.missing()
	case has == "":
		return l.refused("E404", "")
	case l.integrity != "" && has != l.integrity:
		return fmt.Errorf("the npm registry's %s@%s does not have the checksum in package-lock.json: it is not what was locked and is not installed; ask the registry's administrator (npm config get registry), or %s", l.name, l.version, l.Instead)
	}
	return fmt.Errorf("npm did not install %s@%s although the registry has it; remove %s and start again, or %s: %s", l.name, l.version, filepath.Join(l.Dir, "node_modules"), l.Instead, said)
}

// refused is what npm's code means.
func (l locked) refused(code, said string) error {
	switch {
	case unreachable.MatchString(code):
		return fmt.Errorf("the npm registry cannot be reached (%s), and %s comes from there: check the network and the proxy, and the address that `npm config get registry` prints, then start again, or %s", code, l.Name, l.Instead)
	case code == "E404" || code == "ETARGET":
		return l.missing()
	case code == "E401" || code == "E403":
		return fmt.Errorf("the npm registry does not give out %s@%s to you (%s): log in with npm login, ask the registry's administrator, or %s", l.name, l.version, code, l.Instead)
	}
	return fmt.Errorf("npm could not install %s, %s@%s: mend what npm says and start again, or %s: %s", l.Name, l.name, l.version, l.Instead, strings.TrimSpace(said))
}

// missing is a registry without the program, or a system that it does not come for.
func (l locked) missing() error {
	if l.integrity == "" {
		return fmt.Errorf("%s does not come for %s/%s: the npm registry has no %s@%s; %s", l.Name, runtime.GOOS, runtime.GOARCH, l.name, l.version, l.Instead)
	}
	return fmt.Errorf("the npm registry answers, but has no %s@%s, %s: it may be a mirror without it; choose another with npm config set registry, or %s", l.name, l.version, l.Name, l.Instead)
}

func code(said string) string {
	if m := npmCode.FindStringSubmatch(said); m != nil {
		return m[1]
	}
	return ""
}
