import it.kion.titulus.ws.Titulus4UgovSoapBindingImpl;
import it.kion.www.titulus.AttachmentBean;
import it.kion.www.titulus.QueryParams;
import it.kion.www.titulus.SaveParams;
import java.io.StringReader;
import java.math.BigInteger;
import java.rmi.RemoteException;
import java.security.MessageDigest;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.axis.utils.XMLUtils;
import org.w3c.dom.Element;
import org.xml.sax.InputSource;

/** One document of Titulus behind Axis: what the calls carry is read by classes that Axis made of the contract. */
public class Counterpart extends Titulus4UgovSoapBindingImpl {
  private static Element saved;
  private static String files = "";
  private static boolean cancelled;

  @Override
  public String setWSUser(String user, String pnumber) {
    return user.equals("sportello") && pnumber.equals("1") ? "<response result='ok'/>" : refusal("utente");
  }

  @Override
  public String getWsRelease() {
    return "<release>4</release>";
  }

  @Override
  public String saveDocument(String document, AttachmentBean[] beans, SaveParams params) throws RemoteException {
    if (beans != null || params.isPdfConversion() || params.isSendEMail()) {
      return refusal("parametri");
    }
    try {
      saved = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(document))).getDocumentElement();
    } catch (Exception e) {
      throw new RemoteException("document", e);
    }
    switch (text("oggetto")) {
      case "refuse":
        return refusal("classificazione assente");
      case "fail":
        throw new RemoteException("voce non valida");
      default:
        return whole();
    }
  }

  @Override
  public String loadDocument(String id, boolean lock) {
    return id.equals("000000001-UNIXAAA") && !lock ? whole() : refusal("documento");
  }

  @Override
  public String cancelDocument(String id, String reason) {
    cancelled = reason.startsWith("protocollato due volte");
    return loadDocument(id, false);
  }

  @Override
  public AttachmentBean[] checkInContentFiles(String id, AttachmentBean[] beans, SaveParams params) throws RemoteException {
    for (AttachmentBean bean : beans) {
      try {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(bean.getContent());
        files += String.format("<xw:file name='%064x' title='%s'/>", new BigInteger(1, digest), XMLUtils.xmlEncodeString(bean.getDescription()));
      } catch (Exception e) {
        throw new RemoteException("digest", e);
      }
    }
    return beans;
  }

  @Override
  public String search(String query, String orderby, QueryParams params) {
    if (orderby != null || params.getFields() != null || params.getTitlePageSize() < 1) {
      return refusal("parametri");
    }
    return "<Response>" + record() + "</Response>";
  }

  private static String whole() {
    return "<Response><url/><Document physdoc='1'>" + record() + "</Document></Response>";
  }

  private static String record() {
    return "<doc physdoc='1' nrecord='000000001-UNIXAAA' data_prot='20260302' num_prot='2026-UNIXAAA-0000001' annullato='" + (cancelled ? "si" : "no")
        + "' applicativo_produttore_docid='" + saved.getAttribute("applicativo_produttore_docid") + "'><oggetto>"
        + XMLUtils.xmlEncodeString(text("oggetto")) + "</oggetto><files xmlns:xw='http://www.kion.it/ns/xw'>" + files + "</files></doc>";
  }

  private static String text(String element) {
    return saved.getElementsByTagName(element).item(0).getTextContent();
  }

  private static String refusal(String words) {
    return "<response result='error'><errore cod='1'><descrizione>" + words + "</descrizione></errore></response>";
  }
}
