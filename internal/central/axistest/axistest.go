// Package axistest puts a contract behind Axis 1.4, the SOAP engine on which several of the services run that connectors speak to: classes that Axis
// makes of the contract read what a connector sends and write what it is answered, and a Java class of the connector's tests says what that is.
//
// Axis is resolved by Maven into build/axis (`make test` does it, or `make build/axis/.complete`). It listens on loopback only.
package axistest

import (
	"bufio"
	"context"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"segnatura/internal/testenv"
)

// Service is what is served.
type Service struct {
	Contract string // the WSDL's path
	Name     string // the service's name in Axis: that of its port
	// Package and Class are the class that WSDL2Java makes for whoever implements the service. The source in Counterpart extends it, is called Counterpart
	// and is in no package.
	Package, Class string
	Counterpart    string
}

// Start makes, compiles and serves a service until the test ends, and returns its address.
func Start(t *testing.T, s Service) (address string) {
	t.Helper()
	java := testenv.Program(t, "java")
	root := testenv.Root(t)
	jars, err := filepath.Glob(filepath.Join(root, "build", "axis", "*.jar"))
	if err != nil || len(jars) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("Axis is not here (make build/axis/.complete brings it): %v", err)
		}
		t.Skipf("Axis is not here (make build/axis/.complete brings it): %v", err)
	}
	classpath := strings.Join(jars, string(os.PathListSeparator))
	dir := t.TempDir()
	run := func(arguments ...string) {
		t.Helper()
		if output, err := exec.CommandContext(t.Context(), java, arguments...).CombinedOutput(); err != nil {
			t.Fatalf("java %s: %v\n%s", strings.Join(arguments[:3], " "), err, output)
		}
	}
	run("-cp", classpath, "org.apache.axis.wsdl.WSDL2Java", "--server-side", "-o", dir, s.Contract)
	sources := []string{s.Counterpart, filepath.Join(root, "internal", "central", "axistest", "testdata", "Serve.java")}
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(path) == ".java" {
			sources = append(sources, path)
		}
		return err
	})
	if err != nil {
		t.Fatalf("read what WSDL2Java made: %v", err)
	}
	// The compiler's module is in the run-time environment too, whose package has no javac.
	run(append([]string{"-m", "jdk.compiler/com.sun.tools.javac.Main", "-nowarn", "-proc:none", "-cp", classpath, "-d", dir}, sources...)...)

	ctx, stop := context.WithCancel(context.Background()) // t.Context ends before the cleanups that wait for it
	server := exec.CommandContext(ctx, java, "-cp", dir+string(os.PathListSeparator)+classpath, "Serve",
		filepath.Join(dir, filepath.FromSlash(strings.ReplaceAll(s.Package, ".", "/")), "deploy.wsdd"), s.Package+"."+s.Class, s.Name)
	output, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = server.Wait() }) // killed: it says so
	port, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		t.Fatalf("the counterpart said no port: %v", err)
	}
	return "http://127.0.0.1:" + strings.TrimSpace(port)
}
