import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.axis.AxisFault;
import org.apache.axis.Message;
import org.apache.axis.MessageContext;
import org.apache.axis.configuration.XMLStringProvider;
import org.apache.axis.server.AxisServer;

/**
 * Serves Counterpart through Axis on a loopback port, which it prints. It is told the deployment that WSDL2Java wrote, the class that stands in it, and
 * the service's name.
 */
public class Serve {
  public static void main(String[] args) throws Exception {
    String deployment = Files.readString(Path.of(args[0])).replace(args[1], "Counterpart");
    AxisServer engine = new AxisServer(new XMLStringProvider(deployment));
    HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", exchange -> serve(engine, args[2], exchange));
    server.start();
    System.out.println(server.getAddress().getPort());
  }

  private static void serve(AxisServer engine, String service, HttpExchange exchange) throws IOException {
    byte[] request = exchange.getRequestBody().readAllBytes();
    ByteArrayOutputStream answer = new ByteArrayOutputStream();
    int status = 200;
    try {
      MessageContext context = new MessageContext(engine);
      context.setRequestMessage(new Message(new ByteArrayInputStream(request), false, exchange.getRequestHeaders().getFirst("Content-Type"), null));
      context.setTransportName("http");
      context.setTargetService(service);
      try {
        engine.invoke(context);
      } catch (AxisFault fault) {
        status = 500;
        context.setResponseMessage(new Message(fault));
      }
      context.getResponseMessage().writeTo(answer);
    } catch (Exception e) {
      throw new IOException(e);
    }
    exchange.getResponseHeaders().set("Content-Type", "text/xml; charset=utf-8");
    exchange.sendResponseHeaders(status, answer.size());
    exchange.getResponseBody().write(answer.toByteArray());
    exchange.close();
  }
}
